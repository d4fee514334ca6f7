package sources_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"argocd-decrypt/tests/interop/harness"
)

// sshServer serves git repositories over SSH, each to the keys that may read it.
type sshServer struct {
	root    string
	address string // host:port
	hosts   string // a known_hosts file
	mutex   sync.Mutex
	allowed map[string]string // fingerprint of a key: prefix of the repositories' paths
	commit  string
}

func newSSHKey(t *testing.T) (private string, fingerprint string) {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	harness.Check(t, err)
	block, err := ssh.MarshalPrivateKey(key, "")
	harness.Check(t, err)
	sshPublic, err := ssh.NewPublicKey(public)
	harness.Check(t, err)
	return string(pem.EncodeToMemory(block)), ssh.FingerprintSHA256(sshPublic)
}

var uploadPack = regexp.MustCompile(`^git-upload-pack '/?([a-z/.-]+)'$`)

// newSSHServer has the repositories at these paths, all with the same files.
func newSSHServer(t *testing.T, files harness.Tree, paths ...string) *sshServer {
	t.Helper()
	s := &sshServer{root: harness.TempDir(t, ""), allowed: map[string]string{}}
	for _, path := range paths {
		g := &gitServer{folder: filepath.Join(s.root, path)}
		files.Write(t, g.folder)
		g.git(t, "init", "-q", "-b", "main")
		g.git(t, "add", "-A")
		g.git(t, "commit", "-q", "-m", "one")
		s.commit = g.git(t, "rev-parse", "HEAD")
	}
	_, hostKey, err := ed25519.GenerateKey(rand.Reader)
	harness.Check(t, err)
	signer, err := ssh.NewSignerFromKey(hostKey)
	harness.Check(t, err)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		prefix, ok := s.allowed[ssh.FingerprintSHA256(key)]
		if !ok {
			return nil, fmt.Errorf("unknown key")
		}
		return &ssh.Permissions{Extensions: map[string]string{"prefix": prefix}}, nil
	}}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	harness.Check(t, err)
	t.Cleanup(func() { listener.Close() })
	s.address = listener.Addr().String()
	host, port, _ := net.SplitHostPort(s.address)
	s.hosts = filepath.Join(s.root, "known_hosts")
	line := fmt.Sprintf("[%s]:%s %s", host, port, ssh.MarshalAuthorizedKey(signer.PublicKey()))
	harness.Check(t, os.WriteFile(s.hosts, []byte(line), 0o600))
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(connection, config)
		}
	}()
	return s
}

func (s *sshServer) serve(connection net.Conn, config *ssh.ServerConfig) {
	defer connection.Close()
	server, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		for request := range requests {
			if request.Type != "exec" {
				request.Reply(request.Type == "env", nil)
				continue
			}
			request.Reply(true, nil)
			status := s.run(string(request.Payload[4:]), server.Permissions.Extensions["prefix"], channel)
			channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
			channel.Close()
		}
	}
}

func (s *sshServer) run(command, prefix string, channel ssh.Channel) uint32 {
	match := uploadPack.FindStringSubmatch(command)
	if match == nil || !strings.HasPrefix(match[1], prefix) {
		io.WriteString(channel.Stderr(), "ERROR: Repository not found.\n")
		return 1
	}
	pack := exec.Command("git", "-c", "safe.directory=*", "upload-pack", filepath.Join(s.root, strings.TrimSuffix(match[1], ".git")))
	pack.Stdin, pack.Stdout, pack.Stderr = channel, channel, channel.Stderr()
	if pack.Run() != nil {
		return 1
	}
	return 0
}

func (s *sshServer) allow(fingerprint, prefix string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.allowed[fingerprint] = prefix
}

func (s *sshServer) url(path string) string { return "ssh://git@" + s.address + "/" + path }

func (f *fixture) startWithHosts(t *testing.T, s *sshServer) {
	t.Helper()
	f.start(t, "--ssh-known-hosts", s.hosts)
}

// cleanOfKeys checks that no part of a private key shows.
func (f *fixture) cleanOfKeys(t *testing.T, keys ...string) {
	t.Helper()
	f.clean(t)
	for _, key := range keys {
		needles := harness.NewNeedles(strings.Split(key, "\n")[2])
		if needles.In([]byte(f.server.Log())) {
			t.Error("the log holds a private key")
		}
		for _, file := range needles.Files(f.place.Root) {
			if !strings.HasPrefix(file, f.secrets) {
				t.Errorf("%s holds a private key", file)
			}
		}
	}
}

func TestValuesOverSSH(t *testing.T) {
	f := newFixture(t)
	s := newSSHServer(t, f.values(t), "team/values")
	f.startWithHosts(t, s)
	key, fingerprint := newSSHKey(t)
	s.allow(fingerprint, "team/values")
	file := "secrets+git://" + s.url("team/values") + "//values.yaml?ref=" + s.commit
	f.refused(t, withValues(t, file), s.url("team/values"))
	f.mount(t, "repository", "values", map[string]string{"url": s.url("team/values.git"), "sshPrivateKey": key, "project": "team"})
	mustHold(t, f.render(t, withValues(t, file)), "hello from git")
	f.cleanOfKeys(t, key)
}

// A deploy key opens one repository: which one counts is decided by what is fetched.
func TestRemoteBaseOverSSH(t *testing.T) {
	f := newFixture(t)
	s := newSSHServer(t, harness.Tree{
		"base/kustomization.yaml": "resources: [cm.yaml]\n",
		"base/cm.yaml":            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-base}\n",
	}, "team/one", "team/two", "group/sub/three")
	f.startWithHosts(t, s)
	based := func(project string, paths ...string) harness.App {
		tree := harness.Tree{"kustomization.yaml": "resources:\n"}
		for i, path := range paths {
			tree["kustomization.yaml"] += fmt.Sprintf("- b%d\n", i)
			tree[fmt.Sprintf("b%d/kustomization.yaml", i)] = fmt.Sprintf("namePrefix: b%d-\nresources: ['%s//base?ref=main']\n", i, s.url(path))
		}
		a := app(t, tree, "")
		a.Project = project
		return a
	}
	f.refused(t, based("team", "team/one"), "git")
	one, fingerprintOne := newSSHKey(t)
	two, fingerprintTwo := newSSHKey(t)
	group, fingerprintGroup := newSSHKey(t)
	s.allow(fingerprintOne, "team/one")
	s.allow(fingerprintTwo, "team/two")
	s.allow(fingerprintGroup, "group/")
	f.mount(t, "repository", "one", map[string]string{"url": s.url("team/one.git"), "sshPrivateKey": one, "project": "team"})
	f.mount(t, "repository", "two", map[string]string{"url": s.url("team/two"), "sshPrivateKey": strings.TrimSpace(two)})
	f.mount(t, "repo-creds", "group", map[string]string{"url": s.url("group"), "sshPrivateKey": group})
	all := f.render(t, based("team", "team/one", "team/two.git", "group/sub/three"))
	for _, name := range []string{"b0-from-base", "b1-from-base", "b2-from-base"} {
		mustHold(t, all, name)
	}
	f.refused(t, based("strangers", "team/one"), "git")
	mustHold(t, f.render(t, based("strangers", "team/two")), "b0-from-base")
	f.cleanOfKeys(t, one, two, group)

	// Not with another server behind the same address.
	harness.Check(t, os.WriteFile(s.hosts, nil, 0o600))
	f.refused(t, based("team", "team/two"), "Host key verification failed")
}
