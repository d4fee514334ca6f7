package sops_test

import (
	"fmt"
	"math/rand"
	"strings"
)

// Keys with the words that the selection rules look for, and with all that is hard to write as a key.
var keyWords = []string{
	"a", "b", "name", "data", "stringData", "secret", "secretKey", "metadata", "public", "user_plain", "pass_enc", "x_unencrypted",
	"a b", "a: b", "a:b", "1", "true", "null", "", "-", "#h", "y", "n", "yes", "Off", "1.5", "2001-01-01", "~", "é", "日本", "\U0001f511",
	"with.dot", "with/slash", "it's", "\"q\"", "{x}", "[y]", "*s", "&t", "!u", "%v", "@w", "tab\tkey", "back\\slash", " lead", "trail ", "sops_x",
	"0x10", "1e3", "new\nline", "k" + strings.Repeat("o", 130), "=", "É", "ключ", "a\u0301", "sopsy", "?", ":", "? a", "key\u00a0", "1_0", ".5",
}

// seldom is for what sops is known to do wrongly: it should occur, and be no large part of a run.
func seldom(r *rand.Rand) bool { return r.Intn(20000) == 0 }

func keyWord(r *rand.Rand) string {
	if seldom(r) {
		return "<<"
	}
	return keyWords[r.Intn(len(keyWords))]
}

// The stores and how often they are drawn.
var generators = []struct {
	store    string
	share    int
	generate func(r *rand.Rand) document
}{
	{"yaml", 45, yamlDocument}, {"json", 22, jsonDocument}, {"dotenv", 12, dotenvDocument}, {"ini", 13, iniDocument}, {"binary", 8, binaryDocument},
}

// generate draws a document of one of the stores.
func generate(r *rand.Rand) trial {
	draw := r.Intn(100)
	for _, g := range generators {
		if draw -= g.share; draw < 0 {
			return trial{store: g.store, document: g.generate(r)}
		}
	}
	panic("the shares are a hundred in all")
}

// pathStep is one component of a path in the form that --extract takes.
func pathStep(key string) string { return fmt.Sprintf("[\"%s\"]", key) }
