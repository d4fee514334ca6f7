package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"

	"argocd-decrypt/tests/interop/harness"
)

// batch is how many requests share a reading: the kernel counts a server's children in steps of 10 ms.
const batch = 5

// rendering is one application in three ways: the real tool alone on the tree before its encryption, which is
// what nobody can do without, our `generate`, and our server.
type rendering struct {
	what           string
	wall, cpu      float64 // limits
	tool, generate *contender
	server         *renderer
	every          int // measured in each round of so many
}

// place is where all applications of a part are rendered, by one server.
type place struct {
	b      *bench
	place  harness.Place
	key    harness.Key
	server *harness.Server
	client harness.Client
}

func (b *bench) place() *place {
	p := &place{b: b, place: harness.NewPlace(b), key: harness.NewKey(b)}
	// As in the Deployment, where that is /tmp: kustomize looks at each folder above each file.
	p.place.Work = "/dev/shm"
	p.place.AddKey(b, p.key)
	p.server = harness.StartServer(b, p.place)
	p.client = p.server.Connect(b)
	return p
}

// rendering sets one up. `tool` is what runs alone, in a folder with the `plain` files.
func (p *place) rendering(what string, limit float64, plain, encrypted harness.Tree, parameters v1alpha1.ApplicationSourcePluginParameters, tool func(dir string) harness.Command) *rendering {
	b := p.b
	plainDir, encryptedDir := harness.Tmpfs(b), harness.Tmpfs(b)
	plain.Write(b, plainDir)
	encrypted.Write(b, encryptedDir)
	alone := tool(plainDir)
	alone.Dir, alone.Env = plainDir, []string{"HOME=" + plainDir, "PATH=/usr/bin:/bin"}
	app := harness.App{Root: encryptedDir, Parameters: parameters}
	environment, err := app.Environment()
	harness.Check(b, err)
	r := &rendering{
		what: what, wall: limit, cpu: limit, every: 1,
		tool: &contender{command: alone},
		generate: &contender{command: harness.Command{
			Path: harness.Binary(b), Args: []string{"generate", "--workdir", p.place.Work}, Dir: encryptedDir,
			Env: append(p.place.Command(b).Env, environment...),
		}},
	}
	r.server = &renderer{b: b, server: p.server, client: p.client, packed: harness.Pack(b, app)}
	if objects := len(harness.Objects(b, r.server.render()...)); objects != len(harness.Objects(b, harness.MustRun(b, alone))) {
		b.Fatalf("%s: %d objects, and not as many as the tool alone", what, objects)
	}
	return r
}

// interleaveRenderings runs all of them in turn, so that what else the machine does meets all alike.
func (b *bench) interleaveRenderings(renderings []*rendering) {
	for round := range b.rounds {
		for _, r := range renderings {
			if round%r.every != 0 {
				continue
			}
			for range batch {
				b.run(r.tool)
				b.run(r.generate)
			}
			r.server.renderBatch()
		}
	}
	for _, r := range renderings {
		for _, ours := range []struct {
			how       string
			wall, cpu samples
		}{{"generate", r.generate.wall, r.generate.cpu}, {"server", r.server.wall, r.server.cpu}} {
			what := r.what + ", " + ours.how + ": "
			b.table.ratio(what+"wall", ours.wall.median(), r.tool.wall.median(), r.wall, milliseconds)
			b.table.ratio(what+"CPU", ours.cpu.median(), r.tool.cpu.median(), r.cpu, milliseconds)
		}
	}
	for _, r := range renderings {
		r.memory(b)
	}
}

// memory adds what the process trees hold at once, beyond what the tool does. Without timing: looking takes time.
func (r *rendering) memory(b *bench) {
	const limit, looks = 32, 3
	var tool, generate, server samples
	for range looks {
		tool.add(b.peakOf(r.tool.command))
		generate.add(b.peakOf(r.generate.command))
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.server.render()
		}()
		server.add(peakWhile(r.server.server.Pid, done))
	}
	for how, ours := range map[string]samples{"generate": generate, "server": server} {
		more := (ours.median() - tool.median()) / (1 << 20)
		b.table = append(b.table, row{
			what: r.what + ", " + how + ": peak memory, more than the tool", ours: mebibytes(ours.median()), theirs: mebibytes(tool.median()),
			measured: more, target: limit, unit: " MiB",
		})
	}
}

func (b *bench) peakOf(command harness.Command) float64 {
	cmd := exec.Command(command.Path, command.Args...)
	cmd.Env, cmd.Dir = command.Env, command.Dir
	harness.Check(b, cmd.Start())
	done := make(chan struct{})
	go func() {
		defer close(done)
		cmd.Wait()
	}()
	return peakWhile(cmd.Process.Pid, done)
}

// peakWhile is the most memory that a process and its descendants held together, looked at a thousand times a
// second.
func peakWhile(pid int, done <-chan struct{}) float64 {
	peak := 0.0
	for {
		peak = max(peak, treeMemory(pid, ""))
		select {
		case <-done:
			return peak
		case <-time.After(time.Millisecond):
		}
	}
}

// treeMemory leaves out a child that still runs its parent's program: until it starts its own, both share memory.
func treeMemory(pid int, parent string) float64 {
	program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil || program == parent {
		return 0
	}
	total := privateMemory(pid)
	for _, child := range children(pid) {
		total += treeMemory(child, program)
	}
	return total
}

// privateMemory is a process's resident memory without the pages of files, which the kernel can drop.
func privateMemory(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0 // gone
	}
	var size, resident, shared float64
	fmt.Sscan(string(text), &size, &resident, &shared)
	return (resident - shared) * float64(os.Getpagesize())
}

func children(pid int) []int {
	var found []int
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, thread := range threads {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, thread.Name()))
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				found = append(found, child)
			}
		}
	}
	return found
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
