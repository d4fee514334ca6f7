package main

import (
	"fmt"

	"argocd-decrypt/tests/interop/harness"
)

// kustomize: encrypted resources in place, and KSOPS generators as people have them now, against the real tool
// alone on the same resources before their encryption. The server has opened the files' data keys before, as it
// has those of all files that a commit left alone; generate opens them each time.
func (b *bench) kustomize() {
	p := b.place()
	build := func(dir string) harness.Command {
		return harness.Command{Path: harness.Kustomize(b), Args: []string{"build", dir}}
	}
	var renderings []*rendering
	for _, count := range []int{10, 100, 500} {
		plain, encrypted, names := p.secrets(count)
		list := harness.Tree{"kustomization.yaml": "resources:\n" + names}
		r := p.rendering(fmt.Sprintf("kustomize, %d encrypted resources", count), 1.1, plain.With(list), encrypted.With(list), nil, build)
		if count > 100 {
			r.every = 3
		}
		renderings = append(renderings, r)
		if count != 100 {
			continue
		}
		one := encrypted.With(generator("generator.yaml", names)).With(harness.Tree{"kustomization.yaml": "generators: [generator.yaml]\n"})
		renderings = append(renderings, p.rendering("  as one KSOPS generator", 1.25, plain.With(list), one, nil, build))
		each := p.rendering("  as one KSOPS generator each", 6, plain.With(list), encrypted.With(oneGeneratorEach(count)), nil, build)
		each.every = 5
		renderings = append(renderings, each)
	}
	b.interleaveRenderings(renderings)
}

// secrets are small ones, as they are, encrypted, and as entries of a list.
func (p *place) secrets(count int) (plain, encrypted harness.Tree, names string) {
	plain, encrypted = harness.Tree{}, harness.Tree{}
	for i := range count {
		name := fmt.Sprintf("secret-%03d.yaml", i)
		plain[name] = fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata:\n  name: secret-%03d\nstringData:\n  a: value a %[1]d\n  b: value b %[1]d\n  c: value c %[1]d\n  d: value d %[1]d\n  e: value e %[1]d\n", i)
		encrypted[name] = p.key.Encrypt(p.b, name, plain[name], "--encrypted-regex", "^stringData$")
		names += "  - " + name + "\n"
	}
	return plain, encrypted, names
}

const generatorHead = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: %s\n  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ksops\nfiles:\n"

func generator(name, files string) harness.Tree {
	return harness.Tree{name: fmt.Sprintf(generatorHead, name) + files}
}

func oneGeneratorEach(count int) harness.Tree {
	tree := harness.Tree{}
	names := "generators:\n"
	for i := range count {
		name := fmt.Sprintf("generator-%03d.yaml", i)
		tree = tree.With(generator(name, fmt.Sprintf("  - secret-%03d.yaml\n", i)))
		names += "  - " + name + "\n"
	}
	return tree.With(harness.Tree{"kustomization.yaml": names})
}
