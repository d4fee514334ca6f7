package conformance

import (
	"strings"
	"testing"
	"time"
)

func TestStatement32(t *testing.T) { // an alias bomb
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 9; i++ {
		below, here := "*a"+string(rune('0'+i-1)), "a"+string(rune('0'+i))
		bomb += here + ": &" + here + " [" + strings.TrimSuffix(strings.Repeat(below+", ", 9), ", ") + "]\n"
	}
	g := yaml(newDoc(t).yaml(bomb, ""))
	refused(t, g, 1, "document contains excessive aliasing")
	bounded(t, g, time.Second)
}

func TestStatement33(t *testing.T) { // nesting
	const depth = 10001
	nested := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	d := newDoc(t)
	t.Run("YAML", func(t *testing.T) {
		g := yaml(d.yaml("a: "+nested+"\n", ""))
		refused(t, g, 1, "exceeded max depth")
		bounded(t, g, time.Second)
	})
	t.Run("JSON", func(t *testing.T) {
		g := given{name: "file.json", text: d.json(`"a":`+nested+",", "")}
		o := refusedHere(t, g, 1)
		bounded(t, g, time.Second)
		if len(o.Err) > 1000 {
			t.Errorf("the error has %d bytes", len(o.Err))
		}
		if s := theirs(t, g); s.Code == 0 {
			t.Errorf("sops decrypts it, to %d bytes", len(s.Out))
		}
	})
}

func TestStatement35(t *testing.T) { // keys that are no strings
	for _, key := range []string{"1", "true", "1.5", "null", "2001-01-01"} {
		t.Run(key, func(t *testing.T) {
			refused(t, yaml(newDoc(t).yaml(key+": \"\"\n", "")), 25, "Only string keys are supported")
		})
	}
	acceptedAs(t, yaml(newDoc(t).yaml("yes: \"\"\non: \"\"\n", "")), "\"yes\": \"\"\n\"on\": \"\"\n")
}

func TestStatement36(t *testing.T) { // an integer above int64
	refused(t, yaml(newDoc(t).yaml("a_unencrypted: 18446744073709551615\n", "18446744073709551615")), 25, "unknown type: uint64")
}

func TestStatement38(t *testing.T) { // around a JSON object
	d := newDoc(t)
	file := d.json(`"a":"`+d.str("a secret value", "a")+`",`, "a secret value")
	plain := "{\n\t\"a\": \"a secret value\"\n}\n"
	acceptedAs(t, given{name: "file.json", text: file + "garbage"}, plain)
	acceptedAs(t, given{name: "file.json", text: file + "{\"a\": 1}"}, plain)
	refused(t, given{name: "file.json", text: strings.TrimSuffix(file, "}")}, 1, "Expected JSON object key")
}

func TestStatement39(t *testing.T) { // dotenv files
	d := newDoc(t)
	file := d.dotenv("A="+d.str("a secret value", "A")+"\n", "a secret value")
	env := func(text string) given { return given{name: "file.env", text: text} }
	acceptedAs(t, env(file), "A=a secret value\n")
	t.Run("CRLF", func(t *testing.T) { refused(t, env(strings.ReplaceAll(file, "\n", "\r\n")), 1) })
	t.Run("BlankCRLF", func(t *testing.T) { refused(t, env("\r\n"+file), 1, "invalid dotenv input line") })
	t.Run("NoEquals", func(t *testing.T) {
		keepSecret("a-line-without-one")
		refused(t, env("a-line-without-one\n"+file), 1, "invalid dotenv input line")
	})
	t.Run("Twice", func(t *testing.T) { refused(t, env(file+"sops_version=3.13.3\n"), 1, "Duplicate value") })
}

func TestStatement40(t *testing.T) { // a list that does not start at 0
	d := newDoc(t)
	file := d.dotenv("A="+d.str("a secret value", "A")+"\n", "a secret value")
	refused(t, given{name: "file.env", text: strings.ReplaceAll(file, "__list_0__", "__list_1__")}, 1, "Incomplete list")
}
