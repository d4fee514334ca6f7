package age_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/plugin"

	"argocd-decrypt/tests/interop/harness"
)

const (
	pin     = "4711"
	asks    = "asks"                     // the plugin that this program is when it is called so
	touched = "touch the token, \x1bnow" // what it says, with what a terminal must not get
)

// asksIdentity opens its stanzas, whose bodies are file keys, for whoever knows the PIN.
type asksIdentity struct{ p *plugin.Plugin }

func (i asksIdentity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != asks {
			continue
		}
		if err := i.p.DisplayMessage(touched); err != nil {
			return nil, err
		}
		if name, err := i.p.RequestValue("your name?", false); err != nil || name != "me" {
			return nil, fmt.Errorf("name %q: %v", name, err)
		}
		if got, err := i.p.RequestValue("PIN please", true); err != nil || got != pin {
			return nil, fmt.Errorf("wrong PIN: %v", err)
		}
		if yes, err := i.p.Confirm("really open?", "open", "leave"); err != nil || !yes {
			return nil, fmt.Errorf("not confirmed: %v", err)
		}
		return s.Body, nil
	}
	return nil, age.ErrIncorrectIdentity
}

type asksRecipient struct{}

func (asksRecipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: asks, Body: fileKey}}, nil
}

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "age-plugin-"+asks {
		os.Exit(m.Run())
	}
	p, err := plugin.New(asks)
	if err != nil {
		panic(err)
	}
	p.RegisterFlags(nil)
	os.Args = []string{os.Args[0], "--age-plugin=identity-v1"}
	p.HandleIdentity(func([]byte) (age.Identity, error) { return asksIdentity{p}, nil })
	// Main would parse the flags of the testing package, too.
	p.SetIO(os.Stdin, os.Stdout, os.Stderr)
	os.Exit(p.IdentityV1())
}

// asksFiles makes the plugin, an identity file for it and an encrypted file.
func asksFiles(t *testing.T, dir string) (identity, file string) {
	t.Helper()
	self, err := os.Executable()
	harness.Check(t, err)
	harness.Check(t, os.Symlink(self, filepath.Join(dir, "age-plugin-"+asks)))
	var out bytes.Buffer
	w, err := age.Encrypt(&out, asksRecipient{})
	harness.Check(t, err)
	io.WriteString(w, "hello")
	harness.Check(t, w.Close())
	return write(t, dir, "identity", []byte(plugin.EncodeIdentity(asks, nil)+"\n")), write(t, dir, "asks.age", out.Bytes())
}

// What a plugin says and asks reaches who sits at the terminal, and the answers the plugin.
func TestPluginsAskAtTheTerminal(t *testing.T) {
	dir := t.TempDir()
	identity, file := asksFiles(t, dir)
	command := exec.Command(tool(t, "script"), "-qec", strings.Join([]string{harness.Binary(t), "age", "-d", "--age-plugins", asks, "-i", identity, "-o", "opened", file}, " "), "/dev/null")
	command.Dir = dir
	command.Env = append([]string{"SHELL=/bin/sh"}, environment...)
	command.Env[1] = "PATH=" + dir + ":" + os.Getenv("PATH")
	in, err := command.StdinPipe()
	harness.Check(t, err)
	out, err := command.StdoutPipe()
	harness.Check(t, err)
	harness.Check(t, command.Start())
	timer := time.AfterFunc(time.Minute, func() { command.Process.Kill() })
	defer timer.Stop()

	var screen strings.Builder
	await := func(text string) {
		t.Helper()
		buffer := make([]byte, 1)
		for !strings.Contains(screen.String(), text) {
			if _, err := out.Read(buffer); err != nil {
				t.Fatalf("no %q: %v: %q", text, err, screen.String())
			}
			screen.Write(buffer)
		}
	}
	await("plugin asks: your name? ")
	io.WriteString(in, "me\n")
	await("plugin asks: PIN please ")
	io.WriteString(in, pin+"\n")
	await("plugin asks: really open? (1: open, 2: leave) ")
	io.WriteString(in, "no\n")
	screen.Reset()
	await("plugin asks: really open? (1: open, 2: leave) ")
	if strings.Contains(screen.String(), pin) {
		t.Errorf("the screen shows the PIN: %q", screen.String())
	}
	io.WriteString(in, "1\n")
	rest, _ := io.ReadAll(out)
	if err := command.Wait(); err != nil {
		t.Errorf("%v: %s%s", err, screen.String(), rest)
	}
	if opened := must(os.ReadFile(filepath.Join(dir, "opened"))); string(opened) != "hello" {
		t.Errorf("opened: %q", opened)
	}
}

// Where nobody can be asked, the plugin is told so, and says why it does not open.
func TestPluginsAskNobodyWithoutATerminal(t *testing.T) {
	dir := t.TempDir()
	identity, file := asksFiles(t, dir)
	o := harness.Run(t, harness.Command{Path: tool(t, "setsid"), Dir: dir, Env: []string{"PATH=" + dir + ":" + os.Getenv("PATH")},
		Args: []string{"-w", harness.Binary(t), "age", "-d", "--age-plugins", asks, "-i", identity, file}})
	if o.Code != 1 || !strings.Contains(o.Err, "plugin asks: touch the token,  now\n") || !strings.Contains(o.Err, "plugin asks: name") {
		t.Errorf("exit %d: %q", o.Code, o.Err)
	}
}

// A plugin whose key is a passphrase gets it, as from age; no other program does.
func TestBatchpassOpensWithItsPassphrase(t *testing.T) {
	hasTool(t, "age-plugin-batchpass")
	dir := t.TempDir()
	file := encrypt(t, dir, []byte("hello"), "-e", "-j", "batchpass")
	identity := write(t, dir, "identity", []byte(plugin.EncodeIdentity("batchpass", nil)+"\n"))
	if o := ours(t, dir, nil, "--age-plugins", "batchpass", "-i", identity, file); o.Code != 0 || string(o.Out) != "hello" {
		t.Errorf("exit %d: %s", o.Code, o.Err)
	}
	script := "#!/bin/sh\nenv >&2\nenv >" + filepath.Join(dir, "env") + "\nexit 1\n"
	harness.Check(t, os.WriteFile(filepath.Join(dir, "age-plugin-other"), []byte(script), 0o755))
	identity = write(t, dir, "identity", []byte(plugin.EncodeIdentity("other", nil)+"\n"))
	o := harness.Run(t, harness.Command{Path: harness.Binary(t), Dir: dir, Args: []string{"age", "-d", "--age-plugins", "other,batchpass", "-i", identity, file},
		Env: []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "AGE_PASSPHRASE=" + passphrase, "DISPLAY=:7"}})
	env, err := os.ReadFile(filepath.Join(dir, "env"))
	if err != nil || !bytes.Contains(env, []byte("DISPLAY=:7\n")) || bytes.Contains(env, []byte(passphrase)) || strings.Contains(o.Err, passphrase) {
		t.Errorf("%v: exit %d: %s\n%s", err, o.Code, o.Err, env)
	}
	if errors.Is(err, os.ErrNotExist) {
		t.Error("the plugin was not started")
	}
}
