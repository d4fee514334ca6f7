package conformance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"argocd-decrypt/tests/interop/harness"
)

func TestStatement26(t *testing.T) { // a data key of an impossible size
	d := newDoc(t)
	d.meta["age"] = []any{d.ageEntry(ownKey(t).Recipient, []byte("short"))}
	refused(t, yaml(d.simple()), 25, "crypto/aes: invalid key size 5")
}

func TestStatement27(t *testing.T) { // the wrong key, and none
	d := newDoc(t)
	wrong := yaml(d.simple())
	wrong.env = []string{"SOPS_AGE_KEY_FILE=" + otherKey(t).File}
	refused(t, wrong, 128, "identity did not match any of the recipients", ownKey(t).Recipient)
	none := yaml(d.simple())
	none.env = []string{}
	refused(t, none, 128, "failed to load age identities")
}

func TestStatement28(t *testing.T) { // a wrapped key without armor
	d := newDoc(t)
	key := ownKey(t)
	d.meta["age"] = []any{map[string]any{"recipient": key.Recipient, "enc": "age-encryption.org/v1\n-> X25519 a\nb\n--- c\n"}}
	refused(t, yaml(d.simple()), 128, "invalid armor: invalid first line")
}

func TestStatement29(t *testing.T) { // 10,000 recipients
	d := newDoc(t)
	var entries []any
	for i := 0; i < 9999; i++ {
		stranger, err := age.GenerateX25519Identity()
		harness.Check(t, err)
		entries = append(entries, d.ageEntry(stranger.Recipient().String(), d.key))
	}
	d.meta["age"] = append(entries, d.ageEntry(ownKey(t).Recipient, d.key))
	file := d.simple()
	t.Run("OursIsTheLast", func(t *testing.T) {
		acceptedAs(t, yaml(file), simplePlain)
		bounded(t, yaml(file), 5*time.Second)
	})
	t.Run("NoneIsOurs", func(t *testing.T) {
		g := yaml(file)
		g.env = []string{"SOPS_AGE_KEY_FILE=" + otherKey(t).File}
		o := refusedHere(t, g, 128, "identity did not match any of the recipients", "more: FAILED")
		refusedThere(t, g, 128, "identity did not match any of the recipients")
		bounded(t, g, 5*time.Second)
		if len(o.Err) > 16384 {
			t.Errorf("the error has %d bytes", len(o.Err))
		}
	})
}

// bounded: it comes to the same with 100 MB of memory, in that time. (What the kernel says that a
// child used starts with what its parent had.)
func bounded(t *testing.T, g given, limit time.Duration) {
	t.Helper()
	free := ours(t, g)
	c := g.command(t, harness.Binary(t), "decrypt")
	c.Args = append([]string{"-c", `ulimit -d 100000 && exec "$0" "$@"`, c.Path}, c.Args...)
	c.Path = "/bin/sh"
	o := harness.Run(t, c)
	if o.Code != free.Code || o.Err != free.Err {
		t.Errorf("with 100 MB: exit %d: %.500s\nwithout a limit: exit %d: %.500s", o.Code, o.Err, free.Code, free.Err)
	}
	if o.CPU() > limit { // not what the clock says: other tests may want the processor
		t.Errorf("took %v", o.CPU())
	}
}

func TestStatement30(t *testing.T) { // two of three key groups
	keys := []harness.Key{otherKey(t), otherKey(t), otherKey(t)}
	dir := t.TempDir()
	groups := ""
	for _, key := range keys {
		groups += "          - age: [" + key.Recipient + "]\n"
	}
	harness.Tree{".sops.yaml": "creation_rules:\n    - shamir_threshold: 2\n      key_groups:\n" + groups, "file.yaml": simplePlain}.Write(t, dir)
	file := harness.MustRun(t, harness.Command{Path: harness.Sops(t), Args: []string{"-e", "file.yaml"}, Dir: dir, Env: []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}})
	with := func(held ...harness.Key) given {
		var text []string
		for _, key := range held {
			text = append(text, key.Secret)
		}
		g := yaml(file)
		g.env = []string{"SOPS_AGE_KEY=" + strings.Join(text, "\n")}
		return g
	}
	for missing := range keys {
		t.Run(fmt.Sprintf("Group%dMissing", missing), func(t *testing.T) {
			acceptedAs(t, with(keys[(missing+1)%3], keys[(missing+2)%3]), simplePlain)
		})
		t.Run(fmt.Sprintf("OnlyGroup%d", missing), func(t *testing.T) {
			refused(t, with(keys[missing]), 128, "Shamir threshold of", fmt.Sprintf("Group %d: SUCCESS", missing), fmt.Sprintf("Group %d: FAILED", (missing+1)%3))
		})
	}
	acceptedAs(t, with(keys...), simplePlain)
}

// share is the value of a line through the secret at x, in sops's field, and x behind it.
func share(secret, slope []byte, x byte) []byte {
	out := make([]byte, 0, len(secret)+1)
	for i := range secret {
		out = append(out, secret[i]^multiply(slope[i], x))
	}
	return append(out, x)
}

// multiply is the product in GF(256) modulo x^8+x^4+x^3+x+1.
func multiply(a, b byte) byte {
	var product byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		carry := a & 0x80
		a <<= 1
		if carry != 0 {
			a ^= 0x1B
		}
	}
	return product
}

// grouped is a document whose key is in shares, one for each group.
func grouped(t *testing.T, shares func(secret, slope []byte) [][]byte) given {
	t.Helper()
	d := newDoc(t)
	d.meta["age"], d.meta["shamir_threshold"] = nil, 2
	var groups []any
	for _, share := range shares(d.key, secretBytes(32)) {
		groups = append(groups, map[string]any{"age": []any{d.ageEntry(ownKey(t).Recipient, share)}})
	}
	d.meta["key_groups"] = groups
	return yaml(d.simple())
}

func TestStatement31(t *testing.T) { // shares that do not combine
	acceptedAs(t, grouped(t, func(s, l []byte) [][]byte { return [][]byte{share(s, l, 1), share(s, l, 2)} }), simplePlain)
	acceptedAs(t, grouped(t, func(s, l []byte) [][]byte { return [][]byte{share(s, l, 200), share(s, l, 7)} }), simplePlain)
	t.Run("EqualX", func(t *testing.T) {
		refused(t, grouped(t, func(s, l []byte) [][]byte { return [][]byte{share(s, l, 3), share(s, l, 3)} }), 128, "duplicate part detected")
	})
	t.Run("UnequalLength", func(t *testing.T) {
		refused(t, grouped(t, func(s, l []byte) [][]byte { return [][]byte{share(s, l, 1), share(s, l, 2)[1:]} }), 128, "all parts must be the same length")
	})
	t.Run("ZeroX", func(t *testing.T) {
		g := grouped(t, func(s, l []byte) [][]byte { return [][]byte{share(s, l, 0), share(s, l, 1)} })
		refusedHere(t, g, 128, "could not get data key from shamir parts")
		if s := theirs(t, g); s.Code != 0 || string(s.Out) != simplePlain {
			t.Errorf("sops, which takes a share that is the secret: exit %d: %s", s.Code, s.Err)
		}
	})
}

func TestStatement43(t *testing.T) { // a Vault that the reader does not allow
	d := newDoc(t)
	d.meta["age"] = nil
	d.meta["hc_vault"] = []any{map[string]any{"vault_address": "https://vault.example.org:8200", "engine_path": "transit", "key_name": "k", "created_at": modified, "enc": "vault:v1:AAAA"}}
	for _, list := range []string{"none", "https://vault.example.com", "https://vault.example.org:820, http://vault.example.org:8200"} {
		t.Run(list, func(t *testing.T) {
			g := yaml(d.simple())
			g.env = []string{"SOPS_HC_VAULT_ALLOWLIST=" + list}
			refused(t, g, 128, "Allowlist does not allow https://vault.example.org:8200")
		})
	}
}
