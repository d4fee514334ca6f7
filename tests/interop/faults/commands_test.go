package faults_test

import (
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// Long enough that a loaded machine starts a command in it.
const limit = 5 * time.Second

func TestCommandsThatDoNotEnd(t *testing.T) {
	f := start(t)
	for name, text := range map[string]string{
		"Hangs":                  "sleep 1000",
		"IgnoresSigterm":         "trap '' TERM; while :; do sleep 1; done",
		"GroupIgnoresSigterm":    "(trap '' TERM; while :; do sleep 1; done) & (trap '' TERM; while :; do sleep 1; done) & wait",
		"HoldsTheOutput":         "(trap '' TERM; sleep 1000) & exec sleep 1000",
		"Stopped":                "kill -STOP $$",
		"Spins":                  "while :; do :; done",
		"HangsAfterItsManifests": "cat manifest.yaml; sleep 1000",
		"ClosesItsOutput":        "exec >&- 2>&-; sleep 1000",
	} {
		t.Run(name, func(t *testing.T) { f.refused(t, limit, text, "spec.generate") })
	}
}

// Whatever a command started is gone when its request is answered, or soon after.
func TestCommandsThatLeaveProcesses(t *testing.T) {
	f := start(t)
	for name, text := range map[string]string{
		"Background":       "sleep 1000 >/dev/null 2>&1 & cat manifest.yaml",
		"Daemon":           "setsid -f sleep 1000 >/dev/null 2>&1 </dev/null; cat manifest.yaml",
		"DoubleFork":       "(setsid sh -c '(setsid sleep 1000 &) ; exit 0' >/dev/null 2>&1 &) ; sleep 0.2; cat manifest.yaml",
		"DaemonIgnoresAll": "setsid -f sh -c 'trap \"\" TERM HUP INT; sleep 1000; sleep 1000' >/dev/null 2>&1; cat manifest.yaml",
		"ManyDaemons":      "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do setsid -f sleep 1000 >/dev/null 2>&1; done; cat manifest.yaml",
	} {
		t.Run(name, func(t *testing.T) {
			app, mark := script(t, text)
			manifests, err := f.Generate(within(t, 30*time.Second), app)
			harness.Check(t, err)
			harness.SameObjects(t, harness.Objects(t, configMap), harness.Objects(t, manifests...))
			harness.WaitFor(t, 10*time.Second, mark.CheckGone)
			f.stillGood(t)
			harness.WaitFor(t, 10*time.Second, f.CheckIdle)
		})
	}
	// Whoever holds the output may have more to print.
	t.Run("BackgroundWithPipe", func(t *testing.T) {
		f.refused(t, time.Minute, "sleep 1000 & cat manifest.yaml", "still holds its standard output")
	})
	t.Run("DaemonWithPipe", func(t *testing.T) {
		f.refused(t, time.Minute, "setsid -f sleep 1000; cat manifest.yaml", "still holds its standard output")
	})
	t.Run("AfterFailure", func(t *testing.T) {
		f.refused(t, limit, "setsid -f sleep 1000 >/dev/null 2>&1; sleep 1000 & exit 7", "7")
	})
	t.Run("AfterTheDeadline", func(t *testing.T) {
		f.refused(t, limit, "setsid -f sh -c 'trap \"\" TERM; sleep 1000; sleep 1000' >/dev/null 2>&1; sleep 1000")
	})
}

func TestCommandsThatSayTooMuch(t *testing.T) {
	f := start(t)
	t.Run("FloodsItsOutput", func(t *testing.T) {
		before := harness.RSS(t, f.Pid)
		f.refused(t, time.Minute, "yes 'key: value'")
		if grown := harness.RSS(t, f.Pid) - before; grown > 700<<20 {
			t.Errorf("%d MiB more are held", grown>>20)
		}
	})
	t.Run("FloodsItsErrors", func(t *testing.T) {
		before := harness.RSS(t, f.Pid)
		f.refused(t, limit, "yes 'something is wrong' >&2")
		if grown := harness.RSS(t, f.Pid) - before; grown > 64<<20 {
			t.Errorf("%d MiB more are held", grown>>20)
		}
	})
	t.Run("ManyErrorsAndManifests", func(t *testing.T) {
		app, mark := script(t, "yes 'something is odd' | head -c 20000000 >&2; cat manifest.yaml")
		manifests, err := f.Generate(within(t, time.Minute), app)
		harness.Check(t, err)
		harness.SameObjects(t, harness.Objects(t, configMap), harness.Objects(t, manifests...))
		harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	})
	t.Run("ManyErrorsAndAFailure", func(t *testing.T) {
		f.refused(t, time.Minute, "yes 'something is wrong' | head -c 20000000 >&2; echo the last word >&2; exit 1", "wrong")
	})
	t.Run("BytesThatAreNoText", func(t *testing.T) {
		f.refused(t, time.Minute, "head -c 100000 /dev/urandom; head -c 10000 /dev/urandom >&2; exit 1")
		f.refused(t, time.Minute, "head -c 100000 /dev/urandom")
	})
}

func TestCommandsThatASignalEnds(t *testing.T) {
	f := start(t)
	for _, signal := range []string{"SEGV", "KILL", "TERM", "ABRT", "PIPE"} {
		t.Run(signal, func(t *testing.T) {
			f.refused(t, limit, "ulimit -c 0; cat manifest.yaml; kill -"+signal+" $$", "signal")
		})
	}
}

func TestCommandsThatCannotStart(t *testing.T) {
	place := harness.NewPlace(t)
	for name, command := range map[string]string{"Missing": "[no-such-program]", "Folder": "[/etc]", "NotExecutable": "[/etc/passwd]"} {
		t.Run(name, func(t *testing.T) {
			server := harness.Start(t, place, place.PluginCommand(t, harness.PluginYAML(plugin, "  generate:\n    command: "+command+"\n")), place.SocketOf(plugin))
			app, _ := script(t, "")
			_, err := server.Connect(t).Generate(within(t, limit), app)
			checkWords(t, err)
			harness.WaitFor(t, 10*time.Second, server.CheckIdle)
			server.Kill(t)
		})
	}
}

func TestCommandThatEatsMemory(t *testing.T) {
	f := start(t, "--max-child-memory-mb", "64")
	t.Run("Alone", func(t *testing.T) {
		f.refused(t, time.Minute, "head -c 2000000000 /dev/zero | tail -c 1900000000 | sleep 1000", "memory")
	})
	t.Run("TogetherWithOthers", func(t *testing.T) {
		f.refused(t, time.Minute, "for i in 1 2 3 4 5; do (head -c 25000000 /dev/zero | tail -c 24000000 | sleep 1000) & done; wait", "memory")
	})
	t.Run("ADaemon", func(t *testing.T) {
		f.refused(t, time.Minute, "setsid -f sh -c 'head -c 2000000000 /dev/zero | tail -c 1900000000 | sleep 1000' >/dev/null 2>&1; sleep 1000", "memory")
	})
}

func TestCommandThatForks(t *testing.T) {
	f := start(t, "--max-child-processes", "30")
	t.Run("Children", func(t *testing.T) {
		f.refused(t, time.Minute, "i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i+1)); done; wait", "processes")
	})
	t.Run("Daemons", func(t *testing.T) {
		f.refused(t, time.Minute, "i=0; while [ $i -lt 200 ]; do setsid -f sleep 1000; i=$((i+1)); done; sleep 1000", "processes")
	})
	t.Run("WithinTheLimit", func(t *testing.T) {
		app, mark := script(t, "i=0; while [ $i -lt 20 ]; do sleep 1 & i=$((i+1)); done; wait; cat manifest.yaml")
		_, err := f.Generate(within(t, time.Minute), app)
		harness.Check(t, err)
		harness.WaitFor(t, 10*time.Second, mark.CheckGone)
	})
}
