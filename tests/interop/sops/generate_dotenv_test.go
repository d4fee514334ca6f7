package sops_test

import (
	"math/rand"
	"strings"
)

var envKeys = []string{
	"A", "B", "NAME", "data", "secret_enc", "X_PLAIN", "user_plain", "PATH", "k1", "x_unencrypted", "a.b", "a-b", "export C", " lead", "trail ", "", "é",
	"日本", "#no", "'q'", "\"d\"", "a b", "sopsx", "SOPS_X", "a\\nb", "\ttab", "[s]", "secretKey",
}

var envValues = []string{
	"", "plain", "two words", " outer ", "'single'", "\"double\"", "a=b=c", "#not a comment", "a #b", "\\n", "a\\nb", "\\\\n", "a\\tb", "$HOME ${A}",
	"ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]", "ENC[", "true", "1", "1.0", "null", "\t", "a\tb", "é日\U0001f600", "\x00", "\xff\xfe", "{\"json\": [1]}",
	"`id`", "=", "==", "-----BEGIN KEY-----\\nMIIB/+==\\n-----END KEY-----\\n", "\\", "\\\\", "%41", "<&>",
}

func dotenvDocument(r *rand.Rand) document {
	d := document{name: []string{"doc.env", ".env", "prod.env"}[r.Intn(3)]}
	var b strings.Builder
	if seldom(r) {
		b.WriteString("\ufeff")
	}
	for range 1 + r.Intn(8) {
		switch r.Intn(8) {
		case 0:
			comments := []string{"# note", "#tight", "# leave this", "# hide this", "#", "##", "# é \U0001f600", "# a=b", "#ENC[AES256_GCM,", "# \xff", "#\ttab", "#a\\nb"}
			b.WriteString(comments[r.Intn(len(comments))] + "\n")
		case 1:
			b.WriteString([]string{"\n", "\n\n", ""}[r.Intn(3)])
		default:
			key, value := envKeys[r.Intn(len(envKeys))], envValues[r.Intn(len(envValues))]
			if r.Intn(4) == 0 {
				value = strings.ReplaceAll(randomString(r), "\n", "\\n")
			}
			d.paths = append(d.paths, pathStep(key))
			b.WriteString(key + "=" + value + "\n")
		}
	}
	d.text = b.String()
	switch r.Intn(25) {
	case 0:
		d.text = strings.ReplaceAll(d.text, "\n", "\r\n")
	case 1, 2, 3:
		d.text = strings.TrimSuffix(d.text, "\n")
	}
	return d
}
