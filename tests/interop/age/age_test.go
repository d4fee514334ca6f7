// Package age_test compares `argocd-decrypt age` with the real age, on files that the real one writes.
package age_test

import (
	"bytes"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"argocd-decrypt/tests/interop/harness"
)

const passphrase = "correct horse battery staple"

var environment = []string{"PATH=" + os.Getenv("PATH"), "AGE_PASSPHRASE=" + passphrase, "HOME=/nonexistent"}

// tool is the path of a real program.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not on the PATH", name)
	}
	return path
}

// hasTool skips the test without the program, which only some of the callers install.
func hasTool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not on the PATH", name)
	}
}

func ours(t *testing.T, dir string, stdin []byte, args ...string) harness.Outcome {
	t.Helper()
	return harness.Run(t, harness.Command{Path: harness.Binary(t), Args: append([]string{"age", "-d"}, args...),
		Env: environment, Dir: dir, Stdin: string(stdin)})
}

func theirs(t *testing.T, dir string, args ...string) harness.Outcome {
	t.Helper()
	return harness.Run(t, harness.Command{Path: tool(t, "age"), Args: args, Env: environment, Dir: dir})
}

// encrypt writes plain encrypted by the real age with args, and gives the file's path.
func encrypt(t *testing.T, dir string, plain []byte, args ...string) string {
	t.Helper()
	write(t, dir, "plain", plain)
	file := filepath.Join(dir, "file.age")
	os.Remove(file)
	if o := theirs(t, dir, append(args, "-o", file, "plain")...); o.Code != 0 {
		t.Fatalf("age %v: %s", args, o.Err)
	}
	return file
}

func write(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pair is a key in a file, and the arguments that make age encrypt for it.
type pair struct {
	name, key string
	encrypt   []string
}

func testdata(name string) string {
	path, _ := filepath.Abs(filepath.Join("..", "..", "testdata", "age", name))
	return path
}

func pairs(t *testing.T, dir string) []pair {
	t.Helper()
	native := harness.NewKey(t)
	out := []pair{{"X25519", native.File, []string{"-r", native.Recipient}}}
	for _, name := range []string{"ssh_ed25519", "ssh_rsa"} {
		out = append(out, pair{name, testdata(name), []string{"-R", testdata(name + ".pub")}})
	}
	if keygen, err := exec.LookPath("ssh-keygen"); err == nil {
		for _, kind := range [][]string{{"-t", "ed25519"}, {"-t", "rsa", "-b", "3072"}, {"-t", "rsa", "-b", "4096", "-m", "PEM"}} {
			file := filepath.Join(dir, "fresh"+strings.Join(kind, ""))
			harness.MustRun(t, harness.Command{Path: keygen, Env: environment,
				Args: append(kind, "-q", "-N", "", "-C", "somebody", "-f", file)})
			out = append(out, pair{"fresh " + strings.Join(kind, " "), file, []string{"-R", file + ".pub"}})
		}
	}
	return out
}

func content(random *rand.Rand, size int) []byte {
	plain := make([]byte, size)
	random.Read(plain)
	return plain
}

func TestOpensWhatAgeWrites(t *testing.T) {
	dir, random := t.TempDir(), rand.New(rand.NewSource(1))
	opened := 0
	for _, p := range pairs(t, dir) {
		for _, size := range []int{0, 1, 65535, 65536, 65537, 131072, 300000} {
			for _, armor := range []bool{false, true} {
				plain, args := content(random, size), p.encrypt
				if armor {
					args = append([]string{"-a"}, args...)
				}
				file := encrypt(t, dir, plain, args...)
				encrypted, _ := os.ReadFile(file)
				for _, o := range []harness.Outcome{ours(t, dir, nil, "-i", p.key, file), ours(t, dir, encrypted, "-i", p.key)} {
					if o.Code != 0 || !bytes.Equal(o.Out, plain) {
						t.Fatalf("%s, %d bytes, armor %v: exit %d: %s", p.name, size, armor, o.Code, o.Err)
					}
					opened++
				}
			}
		}
	}
	t.Logf("%d files opened as age wrote them", opened)
}

func TestHybrid(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "hybrid.txt")
	harness.MustRun(t, harness.Command{Path: tool(t, "age-keygen"), Env: environment, Args: []string{"-pq", "-o", key}})
	public := harness.MustRun(t, harness.Command{Path: tool(t, "age-keygen"), Env: environment, Args: []string{"-y", key}})
	file := encrypt(t, dir, []byte("hello"), "-r", strings.TrimSpace(public))
	o := ours(t, dir, nil, "-i", key, file)
	if o.Code == 0 {
		if string(o.Out) != "hello" {
			t.Fatalf("got %q", o.Out)
		}
		t.Log("opened: this OpenSSL has ML-KEM-768")
		return
	}
	if len(o.Out) > 0 || !strings.Contains(o.Err, "need OpenSSL 3.5 or newer") {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	t.Log("refused: " + strings.TrimSpace(o.Err))
}

func TestPassphrases(t *testing.T) {
	hasTool(t, "age-plugin-batchpass")
	dir := t.TempDir()
	file := encrypt(t, dir, []byte("hello"), "-e", "-j", "batchpass")
	if o := ours(t, dir, nil, file); o.Code != 0 || string(o.Out) != "hello" {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	if o := ours(t, dir, nil, "-i", testdata("ssh_rsa"), file); o.Code != 1 || !strings.Contains(o.Err, "encrypted with a passphrase") {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}

	key := harness.NewKey(t)
	secret, _ := os.ReadFile(key.File)
	locked := filepath.Join(dir, "locked.txt")
	os.Rename(encrypt(t, dir, secret, "-a", "-e", "-j", "batchpass"), locked)
	file = encrypt(t, dir, []byte("hello"), "-r", key.Recipient)
	if o := ours(t, dir, nil, "-i", locked, file); o.Code != 0 || string(o.Out) != "hello" {
		t.Fatalf("encrypted identity file: exit %d: %s", o.Code, o.Err)
	}
}

// Whatever is changed in a file, both programs open it, to the same text, or neither does.
func TestDecidesAsAgeDoesOnDamagedFiles(t *testing.T) {
	dir, random := t.TempDir(), rand.New(rand.NewSource(2))
	refused, opened := 0, 0
	for _, p := range pairs(t, dir) {
		for _, armor := range []string{"-a", ""} {
			args := p.encrypt
			if armor != "" {
				args = append([]string{armor}, args...)
			}
			original, _ := os.ReadFile(encrypt(t, dir, content(random, 200), args...))
			for range 30 {
				file := write(t, dir, "damaged.age", mutate(random, original))
				want, got := theirs(t, dir, "-d", "-i", p.key, file), ours(t, dir, nil, "-i", p.key, file)
				if (want.Code == 0) != (got.Code == 0) || (want.Code == 0 && !bytes.Equal(want.Out, got.Out)) {
					t.Errorf("%s %s: age: exit %d %s; ours: exit %d %s\n%q", p.name, armor, want.Code, want.Err,
						got.Code, got.Err, must(os.ReadFile(file)))
				}
				if got.Code == 0 {
					opened++
				} else {
					refused++
				}
			}
		}
	}
	t.Logf("%d damaged files refused by both, %d opened by both", refused, opened)
}

func must(content []byte, _ error) []byte { return content }

func mutate(random *rand.Rand, original []byte) []byte {
	out := bytes.Clone(original)
	at := random.Intn(len(out))
	switch random.Intn(7) {
	case 0:
		out[at] ^= 1 << random.Intn(8)
	case 1:
		out = out[:at]
	case 2:
		out = append(out[:at], out[min(len(out), at+1+random.Intn(80)):]...)
	case 3:
		out = append(out[:at], append([]byte(" \n\r\t=-A/+"[random.Intn(9):]), out[at:]...)...)
	case 4:
		out = append(out, "\n \t\r\nx"[:1+random.Intn(6)]...)
	case 5:
		out = append([]byte("\n \t\r\nx"[:1+random.Intn(6)]), out...)
	case 6:
		out = bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))
	}
	return out
}

func TestFailuresLeaveNoOutputFile(t *testing.T) {
	dir, key := t.TempDir(), harness.NewKey(t)
	file := encrypt(t, dir, bytes.Repeat([]byte("x"), 200000), "-r", key.Recipient)
	whole, _ := os.ReadFile(file)
	cut := write(t, dir, "cut.age", whole[:150000])
	if o := ours(t, dir, nil, "-i", key.File, "-o", "out", cut); o.Code != 1 || len(o.Out) > 0 {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "out*"))
	if len(left) > 0 {
		t.Fatalf("left behind: %v", left)
	}
	// An older result stays until there is a new one, and lends its mode to it.
	out := write(t, dir, "out", []byte("old"))
	os.Chmod(out, 0o640)
	ours(t, dir, nil, "-i", key.File, "-o", "out", cut)
	if text, _ := os.ReadFile(out); string(text) != "old" {
		t.Fatalf("the old result became %d bytes", len(text))
	}
	if o := ours(t, dir, nil, "-i", key.File, "-o", "out", file); o.Code != 0 || len(o.Out) > 0 {
		t.Fatalf("exit %d: %s", o.Code, o.Err)
	}
	info, _ := os.Stat(out)
	if info.Size() != 200000 || info.Mode().Perm() != 0o640 {
		t.Fatalf("%d bytes, mode %v", info.Size(), info.Mode())
	}
	left, _ = filepath.Glob(filepath.Join(dir, "out*"))
	if len(left) != 1 {
		t.Fatalf("left behind: %v", left)
	}
}

func TestExitCodesAndMessages(t *testing.T) {
	dir, key, other := t.TempDir(), harness.NewKey(t), harness.NewKey(t)
	file := encrypt(t, dir, []byte("hello"), "-r", key.Recipient)
	bad := write(t, dir, "bad.txt", []byte("# x\nnonsense\n"+key.Secret+"\n"))
	empty := write(t, dir, "empty.txt", nil)
	for _, row := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-i", bad, file}, 0, "bad.txt: line 2: unknown identity type"},
		{[]string{"-i", other.File, "-i", key.File, file}, 0, ""},
		{[]string{"-i", other.File, file}, 1, "identity did not match any of the recipients"},
		{[]string{"-i", other.File, "-i", testdata("ssh_rsa"), file}, 1, "no identity matched"},
		{[]string{"-i", testdata("ssh_rsa_protected.pem"), file}, 1, "ssh-keygen -p"},
		{[]string{"-i", empty, file}, 1, "no identities found"},
		{[]string{"-i", "absent", file}, 1, "cannot open absent: No such file or directory"},
		{[]string{"-i", key.File, "absent"}, 1, "cannot open absent: No such file or directory"},
		{[]string{file}, 1, "name key files with -i"},
		{[]string{"-i", key.File, key.File}, 1, "not an age v1 file"},
		{[]string{"-i", key.File, "-o", file, file}, 1, "the same file"},
		{[]string{"-i", "-", "-"}, 1, "used for more than one thing"},
		{[]string{"--nonsense"}, 2, "--nonsense"},
		{[]string{"--help"}, 0, ""},
	} {
		o := ours(t, dir, nil, row.args...)
		if o.Code != row.code || !strings.Contains(o.Err, row.says) {
			t.Errorf("%v: exit %d: %s", row.args, o.Code, o.Err)
		}
		if strings.Contains(o.Err+string(o.Out), key.Secret[20:]) {
			t.Errorf("%v shows the key", row.args)
		}
	}
	if o := ours(t, dir, must(os.ReadFile(key.File)), "-i", "-", file); string(o.Out) != "hello" {
		t.Errorf("key file on standard input: exit %d: %s", o.Code, o.Err)
	}
}

// A file of 256 MiB with 24 MiB of memory to have for data.
func TestNeedsConstantMemory(t *testing.T) {
	dir, key := t.TempDir(), harness.NewKey(t)
	const limited = `ulimit -d 24576 && exec "$@"`
	for _, form := range []string{"--encrypt", "--armor"} {
		file := encrypt(t, dir, make([]byte, 256<<20), form, "-r", key.Recipient)
		o := harness.Run(t, harness.Command{Path: "/bin/sh", Dir: dir, Env: environment,
			Args: []string{"-c", limited, "sh", harness.Binary(t), "age", "-d", "-i", key.File, "-o", "/dev/null", file}})
		if o.Code != 0 {
			t.Errorf("%s: exit %d: %s", form, o.Code, o.Err)
		}
	}
}
