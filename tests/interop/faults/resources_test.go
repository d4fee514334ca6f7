package faults_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"argocd-decrypt/tests/interop/harness"
)

// smallTmpfs puts a tmpfs of some MiB in the place of a folder.
func smallTmpfs(t *testing.T, dir string, mib int) {
	t.Helper()
	harness.Check(t, unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0700,size="+strconv.Itoa(mib)+"m"))
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
}

func incompressible(n int) string {
	var text strings.Builder
	state := uint64(1)
	for text.Len() < n {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		text.WriteByte(byte(state >> 32))
	}
	return text.String()
}

func TestFullTmpfs(t *testing.T) {
	if asRoot(t) {
		return
	}
	place := harness.NewPlace(t)
	smallTmpfs(t, place.Work, 4)
	f := startAt(t, place)
	t.Run("ByTheRepository", func(t *testing.T) {
		app, _ := script(t, "cat manifest.yaml")
		harness.Tree{"big.bin": incompressible(8 << 20)}.Write(t, app.Root)
		_, err := f.Generate(within(t, time.Minute), app)
		checkWords(t, err, "No space left")
		harness.WaitFor(t, 10*time.Second, f.CheckIdle) // a folder is removed behind the answer
		f.stillGood(t)
	})
	t.Run("ByManyFiles", func(t *testing.T) {
		app, _ := script(t, "cat manifest.yaml")
		for i := range 3000 {
			harness.Tree{"many/" + strconv.Itoa(i): "0123456789"}.Write(t, app.Root)
		}
		_, err := f.Generate(within(t, time.Minute), app)
		checkWords(t, err, "No space left")
		harness.WaitFor(t, 10*time.Second, f.CheckIdle) // a folder is removed behind the answer
		f.stillGood(t)
	})
	t.Run("ByTheCommand", func(t *testing.T) {
		f.refused(t, time.Minute, "head -c 8000000 /dev/zero >filled && cat manifest.yaml", "No space left")
	})
	t.Run("ByManyRequests", func(t *testing.T) {
		app, _ := script(t, "sleep 0.2; cat manifest.yaml")
		harness.Tree{"big.bin": incompressible(1 << 20)}.Write(t, app.Root)
		var answers []chan harness.Answer
		for range 12 {
			answers = append(answers, f.InBackground(within(t, time.Minute), app))
		}
		failed := 0
		for _, done := range answers {
			if got := <-done; got.Err != nil {
				failed++
				checkWords(t, got.Err)
			}
		}
		t.Logf("%d of 12 were refused", failed)
		harness.WaitFor(t, 10*time.Second, f.CheckIdle)
		f.stillGood(t)
	})
	harness.WaitFor(t, 10*time.Second, f.CheckIdle)
}

// limitFiles sets how many files a process may have open.
func limitFiles(t *testing.T, pid int, count uint64) unix.Rlimit {
	t.Helper()
	var before unix.Rlimit
	harness.Check(t, unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &before))
	harness.Check(t, unix.Prlimit(pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: count, Max: before.Max}, nil))
	return before
}

func openFiles(t *testing.T, pid int) uint64 {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "fd"))
	harness.Check(t, err)
	return uint64(len(entries))
}

func TestOutOfFileDescriptors(t *testing.T) {
	f := start(t)
	f.stillGood(t)
	before := openFiles(t, f.Pid)
	original := limitFiles(t, f.Pid, before+1)
	// With each one more of them a request comes further before it fails.
	for more := uint64(0); more < 40; more++ {
		limitFiles(t, f.Pid, before+more)
		app, mark := script(t, "cat manifest.yaml")
		_, err := f.Generate(within(t, 10*time.Second), app)
		if err != nil {
			checkWords(t, err, "Too many open files", "try again later")
		}
		if err != nil && status.Code(err) != codes.ResourceExhausted {
			t.Errorf("with %d more: %v", more, err)
		}
		harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	}
	// New connections can't be accepted either; whoever waits gets through later.
	limitFiles(t, f.Pid, openFiles(t, f.Pid))
	waiting := make(chan error, 1)
	go func() { waiting <- harness.Probe(f.place.SocketOf(plugin)) }()
	time.Sleep(500 * time.Millisecond)
	harness.Check(t, unix.Prlimit(f.Pid, unix.RLIMIT_NOFILE, &original, nil))
	select {
	case err := <-waiting:
		harness.Check(t, err)
	case <-time.After(20 * time.Second):
		t.Error("a connection that had to wait is never accepted")
	}
	f.stillGood(t)
	harness.WaitFor(t, 20*time.Second, func() error {
		if now := openFiles(t, f.Pid); now > before+4 {
			return errors.New(strconv.Itoa(int(now)) + " open files, " + strconv.Itoa(int(before)) + " before")
		}
		return nil
	})
	harness.WaitFor(t, 10*time.Second, f.CheckIdle)
}

// Clients that vanish without a word, in the middle of a stream: their processes are killed.
func TestClientsVanishMidStream(t *testing.T) {
	f := start(t)
	before := openFiles(t, f.Pid)
	for range 5 {
		var clients []*vanishing
		for range 4 {
			clients = append(clients, startVanishing(t, f.place.SocketOf(plugin)))
		}
		for _, c := range clients {
			c.vanish(t)
		}
	}
	f.stillGood(t)
	harness.WaitFor(t, 10*time.Second, f.CheckIdle)
	harness.WaitFor(t, 10*time.Second, func() error {
		if now := openFiles(t, f.Pid); now > before+8 {
			return errors.New(strconv.Itoa(int(now)) + " open files")
		}
		return nil
	})
}

// Clients that stay, and say nothing more, hold up nobody.
func TestSilentClientsHoldUpNobody(t *testing.T) {
	f := start(t)
	var clients []*vanishing
	for range 12 {
		clients = append(clients, startVanishing(t, f.place.SocketOf(plugin)))
	}
	for range 5 {
		f.stillGood(t)
	}
	for _, c := range clients {
		c.vanish(t)
	}
	harness.WaitFor(t, 10*time.Second, f.CheckIdle)
}

// A client without a deadline that sends no more is cut off; one that is only slow is not.
func TestSilentClientsAreCutOff(t *testing.T) {
	f := start(t, "--max-client-silence", "1")
	app, _ := script(t, "cat manifest.yaml")
	packed := harness.Pack(t, app)
	silent, err := f.GenerateManifest(within(t, time.Minute))
	harness.Check(t, err)
	harness.Check(t, packed[:1].SendTo(silent))
	begun := time.Now()
	if err := silent.RecvMsg(&apiclient.ManifestResponse{}); err == nil || time.Since(begun) > 20*time.Second {
		t.Errorf("after %v: %v", time.Since(begun), err)
	}
	harness.WaitFor(t, 10*time.Second, f.CheckIdle)
	harness.WaitFor(t, 10*time.Second, func() error { // the line comes behind the answer
		if !strings.Contains(f.Log(), "sent nothing for too long") {
			return fmt.Errorf("the log does not say why: %s", f.Log())
		}
		return nil
	})

	slow, err := f.GenerateManifest(within(t, time.Minute))
	harness.Check(t, err)
	for _, message := range packed {
		chunk := message.GetFile().GetChunk()
		if chunk == nil {
			harness.Check(t, slow.Send(message))
			continue
		}
		for part := range slices.Chunk(chunk, len(chunk)/10+1) {
			time.Sleep(300 * time.Millisecond)
			harness.Check(t, slow.Send(harness.FileMessage(part)))
		}
	}
	_, err = slow.CloseAndRecv()
	harness.Check(t, err)
	f.stillGood(t)
}

// kill -9 in the middle of everything, as the first process of a container: nothing of the commands runs on, and a
// successor finds a clean place.
func TestKilledUnderLoadAndItsSuccessor(t *testing.T) {
	if asRoot(t) {
		return
	}
	place := harness.NewPlace(t)
	marks := killUnderLoad(t, place, inContainer(t, place))
	for _, mark := range marks {
		harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	}
	succeed(t, place)
}

// Outside of a container a command ends with its server, and what it has started when the next one begins.
func TestKilledOnALaptop(t *testing.T) {
	place := harness.NewPlace(t)
	marks := killUnderLoad(t, place, place.PluginCommand(t, harness.PluginYAML(plugin, byScript), "--max-concurrent-renders", "8"))
	for _, mark := range marks[:3] {
		harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	}
	succeed(t, place)
	for _, mark := range marks {
		harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	}
}

// inContainer starts the server as the first process of its PID namespace. For root.
func inContainer(t *testing.T, place harness.Place) harness.Command {
	t.Helper()
	unshare := []string{"--pid", "--fork", "--mount-proc", "--kill-child=KILL"}
	const path = "/usr/bin/unshare"
	command := place.PluginCommand(t, harness.PluginYAML(plugin, byScript), "--max-concurrent-renders", "8")
	command.Args = append(append(unshare, command.Path), command.Args...)
	command.Path = path
	return command
}

// killUnderLoad kills a server with many requests under way. The first three marks are of commands without children.
func killUnderLoad(t *testing.T, place harness.Place, command harness.Command) []harness.Mark {
	t.Helper()
	f := &fixture{place: place}
	f.Server = harness.Start(t, place, command, place.SocketOf(plugin))
	f.Client = f.Connect(t)
	var answers []chan harness.Answer
	var marks []harness.Mark
	begin := func(text string) {
		app, mark := script(t, text)
		marks = append(marks, mark)
		answers = append(answers, f.InBackground(within(t, time.Minute), app))
	}
	for range 3 {
		begin("cat manifest.yaml; exec sleep 1000")
	}
	begin("trap '' TERM; sleep 1000; sleep 1000")
	begin("setsid -f sleep 1000 >/dev/null 2>&1; sleep 1000")
	for _, mark := range marks {
		runs(t, mark, "sleep", 1)
	}
	for range 20 {
		begin("sleep 0.1; cat manifest.yaml")
	}
	time.Sleep(300 * time.Millisecond)
	f.Kill(t)
	for _, done := range answers {
		<-done
	}
	if f.CheckIdle() == nil {
		t.Fatal("nothing was left: the test saw no running request")
	}
	return marks
}

// succeed starts the next server in a place, and looks for what the last one left.
func succeed(t *testing.T, place harness.Place) {
	t.Helper()
	begun := time.Now()
	next := startAt(t, place)
	t.Logf("the successor answers after %v", time.Since(begun).Round(time.Millisecond))
	next.stillGood(t)
	harness.WaitFor(t, 10*time.Second, next.CheckIdle)
	filepath.WalkDir(place.Work, func(path string, _ os.DirEntry, err error) error {
		if filepath.Base(path) == "script" {
			t.Errorf("%s is left", path)
		}
		return nil
	})
}

// SIGTERM while commands hang: the process ends within its grace period, and they with it.
func TestSigtermEndsHangingCommands(t *testing.T) {
	f := start(t, "--shutdown-grace", "2")
	app, mark := script(t, "trap '' TERM; setsid -f sleep 1000 >/dev/null 2>&1; sleep 1000; sleep 1000")
	done := f.InBackground(context.Background(), app)
	runs(t, mark, "sleep", 2)
	f.Signal(t, syscall.SIGTERM)
	if got := <-done; got.Err == nil {
		t.Error("answered")
	}
	f.AwaitExit(t, 20*time.Second)
	harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	harness.WaitFor(t, 10*time.Second, f.CheckIdle)
}
