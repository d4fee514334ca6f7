package sops_test

import (
	"math/rand"
	"strings"
)

// binaryDocument is anything at all: sops takes every file of an unknown suffix as bytes.
func binaryDocument(r *rand.Rand) document {
	names := []string{"doc.bin", "doc", "doc.txt", "doc.pem", "doc.yaml.enc", "DOC.YAML", "doc.env.prod", "doc.p12"}
	return document{name: names[r.Intn(len(names))], text: randomBytes(r), paths: []string{`["data"]`, `["sops"]`, `["data"]`, `["x"]`}}
}

func randomBytes(r *rand.Rand) string {
	switch r.Intn(6) {
	case 0:
		return []string{"", "\x00", "\n", "\xff", "{}", "null", "{\"sops\": {}}", "sops:\n", "\ufeff", "\u2028<&>\x7f"}[r.Intn(10)]
	case 1:
		return randomString(r)
	case 2:
		return strings.Repeat(randomString(r)+"\r\n", r.Intn(50))
	}
	size := r.Intn(300)
	if r.Intn(20) == 0 {
		size = r.Intn(100_000)
	}
	text := make([]byte, size)
	r.Read(text)
	return string(text)
}
