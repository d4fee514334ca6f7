package conformance

import (
	"strings"
	"testing"
)

// simple is a document with one encrypted value.
func (d *doc) simple() string {
	return d.yaml("a: "+d.str("a secret value", "a")+"\n", "a secret value")
}

const simplePlain = "a: a secret value\n"

func TestStatement09(t *testing.T) { // no MAC
	for name, value := range map[string]any{"Removed": nil, "Empty": ""} {
		t.Run(name, func(t *testing.T) {
			d := newDoc(t)
			d.meta["mac"] = value
			refused(t, yaml(d.simple()), 51, "File has no MAC")
		})
	}
}

func TestStatement10(t *testing.T) { // a MAC that does not decrypt
	d := newDoc(t)
	for name, mac := range map[string]string{"NotEncrypted": d.hash("a secret value"), "OtherAAD": d.enc(d.hash("a secret value"), "2024-01-02T03:04:06Z", "str")} {
		t.Run(name, func(t *testing.T) {
			d.meta["mac"] = mac
			refused(t, yaml(d.simple()), 51, "Cannot decrypt MAC:")
		})
	}
}

func TestStatement11(t *testing.T) { // a MAC in lower case
	d := newDoc(t)
	d.meta["mac"] = d.enc(strings.ToLower(d.hash("a secret value")), modified, "str")
	refused(t, yaml(d.simple()), 51, "MAC mismatch. File has")
}

func TestStatement12(t *testing.T) { // lastmodified is rewritten before the MAC is bound to it
	d := newDoc(t)
	d.meta["lastmodified"] = "2024-01-02T03:04:05+00:00"
	acceptedAs(t, yaml(d.simple()), simplePlain)
	d.meta["lastmodified"] = "2024-01-02T03:04:05.5Z"
	acceptedAs(t, yaml(d.simple()), simplePlain)
	d.meta["lastmodified"], d.macTime = "2024-01-02T03:04:05+00:00", "2024-01-02T03:04:05+00:00"
	refused(t, yaml(d.simple()), 51, "Cannot decrypt MAC:")
	d.meta["lastmodified"], d.macTime = "2024-01-02T03:04:05+02:00", "2024-01-02T03:04:05+02:00"
	acceptedAs(t, yaml(d.simple()), simplePlain)
}

func TestStatement13(t *testing.T) { // lastmodified in another form
	for name, value := range map[string]any{
		"Unquoted": raw("2024-01-02T03:04:05Z"), "LowerT": "2024-01-02t03:04:05Z", "LowerZ": "2024-01-02T03:04:05z",
		"Missing": nil, "Space": "2024-01-02 03:04:05Z",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoc(t)
			d.meta["lastmodified"] = value
			word := "parsing time"
			if name == "Unquoted" {
				word = "'lastmodified' expected type 'string', got unconvertible type 'time.Time'"
			}
			refused(t, yaml(d.simple()), 1, word)
		})
	}
}
