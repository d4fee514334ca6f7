// Package conformance states what any SOPS or age file comes to: TestStatementNN is the statement
// with that number, run with the real binary and, on the same file, with the real sops.
package conformance

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"argocd-decrypt/tests/interop/harness"
)

// Until a statement says something else.
const (
	modified = "2024-01-02T03:04:05Z"
	release  = "3.13.3"
)

// doc makes encrypted documents by the format's description, so that one can be wrong in one place.
type doc struct {
	t    harness.T
	key  []byte
	iv   int  // bytes of each IV
	seed bool // the MAC of mac_only_encrypted

	macTime string         // what the MAC is bound to
	meta    map[string]any // everything under `sops` but the MAC
}

func newDoc(t harness.T, recipients ...string) *doc {
	d := &doc{t: t, key: secretBytes(32), iv: 32, macTime: modified}
	if len(recipients) == 0 {
		recipients = []string{ownKey(t).Recipient}
	}
	var keys []any
	for _, recipient := range recipients {
		keys = append(keys, d.ageEntry(recipient, d.key))
	}
	d.meta = map[string]any{"age": keys, "lastmodified": modified, "version": release}
	return d
}

// secretBytes are random and will be looked for in everything that a failure prints.
func secretBytes(size int) []byte {
	key := make([]byte, size)
	if _, err := rand.Read(key); err != nil {
		panic(err)
	}
	keepSecretBytes(key)
	return key
}

func (d *doc) ageEntry(recipient string, payload []byte) map[string]any {
	return map[string]any{"recipient": recipient, "enc": wrap(d.t, recipient, payload)}
}

// wrap is an armored age file of the payload.
func wrap(t harness.T, recipient string, payload []byte) string {
	to, err := age.ParseX25519Recipient(recipient)
	harness.Check(t, err)
	var text bytes.Buffer
	armored := armor.NewWriter(&text)
	w, err := age.Encrypt(armored, to)
	harness.Check(t, err)
	_, err = w.Write(payload)
	harness.Check(t, err)
	harness.Check(t, w.Close())
	harness.Check(t, armored.Close())
	return text.String()
}

// enc is an ENC[...] text; aad is the path, each key followed by a colon.
func (d *doc) enc(plain, aad, kind string) string {
	keepSecret(plain)
	block, err := aes.NewCipher(d.key)
	harness.Check(d.t, err)
	gcm, err := cipher.NewGCMWithNonceSize(block, d.iv)
	harness.Check(d.t, err)
	iv := make([]byte, d.iv)
	_, err = rand.Read(iv)
	harness.Check(d.t, err)
	sealed := gcm.Seal(nil, iv, []byte(plain), []byte(aad))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("ENC[AES256_GCM,data:%s,iv:%s,tag:%s,type:%s]", b64(sealed[:len(plain)]), b64(iv), b64(sealed[len(plain):]), kind)
}

func (d *doc) str(plain, key string) string { return d.enc(plain, key+":", "str") }

// hash is the MAC's plaintext: over all leaves, one after the other.
func (d *doc) hash(leaves string) string {
	h := sha512.New()
	if d.seed {
		initial := sha256.Sum256([]byte("sops"))
		h.Write(initial[:])
	}
	h.Write([]byte(leaves))
	return fmt.Sprintf("%X", h.Sum(nil))
}

func (d *doc) mac(leaves string) string { return d.enc(d.hash(leaves), d.macTime, "str") }

// raw is a piece of YAML that stands as it is, such as an unquoted time.
type raw string

// yaml is a document with these lines, and a MAC over its leaves. A MAC in meta counts instead.
func (d *doc) yaml(body, leaves string) string {
	return body + "sops:\n" + yamlMap(d.metaWithMac(leaves), "    ")
}

func (d *doc) metaWithMac(leaves string) map[string]any {
	meta := map[string]any{"mac": d.mac(leaves)}
	for name, value := range d.meta {
		if value == nil {
			delete(meta, name)
		} else {
			meta[name] = value
		}
	}
	return meta
}

func yamlMap(m map[string]any, indent string) string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	var text strings.Builder
	for _, name := range names {
		text.WriteString(indent + name + ":" + yamlValue(m[name], indent))
	}
	return text.String()
}

func yamlValue(value any, indent string) string {
	switch v := value.(type) {
	case map[string]any:
		return "\n" + yamlMap(v, indent+"    ")
	case []any:
		var text strings.Builder
		text.WriteString("\n")
		for _, item := range v {
			lines := yamlMap(item.(map[string]any), indent+"    ")
			text.WriteString(indent + "  - " + strings.TrimPrefix(lines, indent+"    "))
		}
		return text.String()
	case raw:
		return " " + string(v) + "\n"
	default: // a JSON text is a YAML text too
		quoted, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return " " + string(quoted) + "\n"
	}
}

// json is the same in the JSON store; body is the members, each with a comma behind it.
func (d *doc) json(body, leaves string) string {
	meta, err := json.Marshal(d.metaWithMac(leaves))
	harness.Check(d.t, err)
	return "{" + body + "\"sops\":" + string(meta) + "}"
}

// dotenv is the same in the dotenv store.
func (d *doc) dotenv(body, leaves string) string {
	return body + flat("sops_", d.metaWithMac(leaves))
}

// ini is the same in the INI store.
func (d *doc) ini(body, leaves string) string {
	return body + "[sops]\n" + flat("", d.metaWithMac(leaves))
}

// flat names lead through maps and lists; a newline is written as backslash and n.
func flat(prefix string, m map[string]any) string {
	var lines []string
	var walk func(name string, value any)
	walk = func(name string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for key, inner := range v {
				walk(name+"__map_"+key, inner)
			}
		case []any:
			for i, inner := range v {
				walk(fmt.Sprintf("%s__list_%d", name, i), inner)
			}
		default:
			lines = append(lines, prefix+name+"="+strings.ReplaceAll(fmt.Sprint(v), "\n", `\n`)+"\n")
		}
	}
	for name, value := range m {
		walk(name, value)
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}
