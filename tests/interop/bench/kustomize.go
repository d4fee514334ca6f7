package main

import (
	"context"
	"fmt"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

const resources = 100

// kustomize: a hundred encrypted resources, by generate and through the server, against the real tool
// alone on the same tree before its encryption. KSOPS generators beside them, as people have them now.
func (b *bench) kustomize() {
	key := harness.NewKey(b)
	plain := harness.Tree{}
	encrypted := harness.Tree{}
	names := ""
	for i := range resources {
		name := fmt.Sprintf("secret-%03d.yaml", i)
		plain[name] = fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata:\n  name: secret-%03d\nstringData:\n  a: value a %[1]d\n  b: value b %[1]d\n  c: value c %[1]d\n  d: value d %[1]d\n  e: value e %[1]d\n", i)
		encrypted[name] = key.Encrypt(b, name, plain[name], "--encrypted-regex", "^stringData$")
		names += "  - " + name + "\n"
	}
	list := harness.Tree{"kustomization.yaml": "resources:\n" + names}

	place := harness.NewPlace(b)
	place.AddKey(b, key)
	server := harness.StartServer(b, place)
	client := server.Connect(b)
	plainDir := harness.Tmpfs(b)
	plain.With(list).Write(b, plainDir)
	tool := &contender{command: harness.Command{
		Path: harness.Kustomize(b), Args: []string{"build", plainDir}, Env: []string{"HOME=" + plainDir, "PATH=/usr/bin:/bin"}, Dir: plainDir,
	}}
	encryptedDir := harness.Tmpfs(b)
	encrypted.With(list).Write(b, encryptedDir)
	// The work folder is the tmpfs itself, as in the Deployment, where that is /tmp: kustomize looks at each
	// folder above each file.
	generate := &contender{command: harness.Command{
		Path: harness.Binary(b), Args: []string{"generate", "--workdir", "/dev/shm"}, Dir: encryptedDir,
		Env: append(place.Command(b).Env, "ARGOCD_APP_NAME=sample", "KUBE_VERSION="+harness.KubeVersion),
	}}
	inPlace := b.renderer(server, client, encrypted.With(list))
	oneGenerator := b.renderer(server, client, encrypted.With(generator("generator.yaml", names)).With(harness.Tree{"kustomization.yaml": "generators: [generator.yaml]\n"}))
	oneEach := b.renderer(server, client, encrypted.With(oneGeneratorEach()))

	for round := range b.rounds {
		for range batch {
			b.run(tool)
			b.run(generate)
		}
		inPlace.renderBatch()
		oneGenerator.renderBatch()
		if round%5 == 0 {
			oneEach.renderBatch()
		}
	}
	what := fmt.Sprintf("kustomize, %d encrypted resources, against plain kustomize build: ", resources)
	b.table.ratio(what+"wall of generate", generate.wall.median(), tool.wall.median(), 1.3, milliseconds)
	b.table.ratio(what+"CPU of generate", generate.cpu.median(), tool.cpu.median(), 1.3, milliseconds)
	for _, r := range []struct {
		name string
		*renderer
		target float64
	}{
		{"through the server", inPlace, 1.3},
		{"  there, as one KSOPS generator", oneGenerator, 0},
		{"  there, as one KSOPS generator each", oneEach, 0},
	} {
		if r.target > 0 {
			r.name = what + r.name
		}
		b.table.ratio(r.name+": wall", r.wall.median(), tool.wall.median(), r.target, milliseconds)
		b.table.ratio(r.name+": CPU", r.cpu.median(), tool.cpu.median(), r.target, milliseconds)
	}
}

const generatorHead = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: %s\n  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ksops\nfiles:\n"

func generator(name, files string) harness.Tree {
	return harness.Tree{name: fmt.Sprintf(generatorHead, name) + files}
}

func oneGeneratorEach() harness.Tree {
	tree := harness.Tree{}
	names := "generators:\n"
	for i := range resources {
		name := fmt.Sprintf("generator-%03d.yaml", i)
		tree = tree.With(generator(name, fmt.Sprintf("  - secret-%03d.yaml\n", i)))
		names += "  - " + name + "\n"
	}
	return tree.With(harness.Tree{"kustomization.yaml": names})
}

// renderer measures one application through the server. The wall time is from the first message sent to
// the answer; the client packs beforehand, which is its own work.
type renderer struct {
	b         *bench
	server    *harness.Server
	client    harness.Client
	packed    harness.Packed
	wall, cpu samples
}

func (b *bench) renderer(server *harness.Server, client harness.Client, tree harness.Tree) *renderer {
	app := harness.App{Root: harness.Tmpfs(b)}
	tree.Write(b, app.Root)
	r := &renderer{b: b, server: server, client: client, packed: harness.Pack(b, app)}
	if objects := harness.Objects(b, r.render()...); len(objects) != resources {
		b.Fatalf("%d objects instead of %d", len(objects), resources)
	}
	return r
}

func (r *renderer) renderBatch() {
	before := harness.CPU(r.b, r.server.Pid)
	for range batch {
		start := time.Now()
		r.render()
		r.wall.time(time.Since(start))
	}
	r.cpu.time((harness.CPU(r.b, r.server.Pid) - before) / batch)
}

func (r *renderer) render() []string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	manifests, err := r.client.GeneratePacked(ctx, r.packed)
	harness.Check(r.b, err)
	if len(manifests) == 0 {
		r.b.Fatalf("no manifests")
	}
	return manifests
}
