package sops_test

import (
	"math/rand"
	"regexp"
	"sort"
	"strings"
)

// layout is how a format spells its metadata.
type layout struct {
	start *regexp.Regexp // behind it the metadata's entries begin
	entry *regexp.Regexp // the first line of one, with the name as the first group
	end   *regexp.Regexp // where they end; nil: at the end of the file
	// How an entry with a text, and one without a value (an empty list) are written.
	text, empty func(name, value string) string
}

var layouts = map[string]layout{
	"yaml": {
		start: regexp.MustCompile(`(?m)^sops:\n`), entry: regexp.MustCompile(`^    ([a-zA-Z_]+):`), end: regexp.MustCompile(`(?m)^(---|[^ \n])`),
		text:  func(name, value string) string { return "    " + name + ": " + value + "\n" },
		empty: func(name, value string) string { return "    " + name + ": " + value + "\n" },
	},
	"json": {
		start: regexp.MustCompile(`(?m)^\t"sops": \{\n`), entry: regexp.MustCompile(`^\t\t"([a-zA-Z_]+)":`), end: regexp.MustCompile(`(?m)^\t\}`),
		text:  func(name, value string) string { return "\t\t\"" + name + "\": " + value + "\n" },
		empty: func(name, value string) string { return "\t\t\"" + name + "\": " + value + "\n" },
	},
	"dotenv": {
		start: regexp.MustCompile(`(?m)^()sops_`), entry: regexp.MustCompile(`^sops_([a-zA-Z_0-9]+)=`),
		text: func(name, value string) string { return "sops_" + name + "=" + strings.Trim(value, `"`) + "\n" },
	},
	"ini": {
		start: regexp.MustCompile(`(?m)^\[sops\]\n`), entry: regexp.MustCompile(`^([a-zA-Z_0-9]+) *=`), end: regexp.MustCompile(`(?m)^\[`),
		text: func(name, value string) string { return name + " = " + strings.Trim(value, `"`) + "\n" },
	},
}

// metadata of one encrypted text, taken apart.
type metadata struct {
	layout
	before, after string
	names         []string
	entries       map[string]string
	comma         bool
}

func takeApart(format, text string) (m metadata, ok bool) {
	m.layout, ok = layouts[format]
	if !ok {
		return m, false
	}
	at := m.start.FindStringIndex(text)
	if at == nil {
		return m, false
	}
	begin := at[1]
	if format == "dotenv" {
		begin = at[0]
	}
	end := len(text)
	if m.end != nil {
		if stop := m.end.FindStringIndex(text[begin:]); stop != nil {
			end = begin + stop[0]
		}
	}
	m.before, m.after, m.comma = text[:begin], text[end:], format == "json"
	m.entries = map[string]string{}
	name := ""
	for _, line := range strings.SplitAfter(text[begin:end], "\n") {
		if found := m.entry.FindStringSubmatch(line); found != nil {
			name = found[1]
			m.names = append(m.names, name)
		}
		m.entries[name] += line
	}
	for n, entry := range m.entries {
		if m.comma {
			m.entries[n] = strings.TrimSuffix(strings.TrimSuffix(entry, "\n"), ",") + "\n"
		}
	}
	return m, len(m.names) > 2
}

func (m metadata) join() string {
	var b strings.Builder
	b.WriteString(m.before)
	for i, name := range m.names {
		entry := m.entries[name]
		if m.comma && i+1 < len(m.names) {
			entry = strings.TrimSuffix(entry, "\n") + ",\n"
		}
		b.WriteString(entry)
	}
	return b.String() + m.after
}

func (m *metadata) set(name, entry string) {
	if _, there := m.entries[name]; !there {
		m.names = append(m.names, name)
	}
	m.entries[name] = entry
}

func (m *metadata) rename(name, to string) {
	entry, ok := m.entries[name]
	if !ok {
		return
	}
	for i := range m.names {
		if m.names[i] == name {
			m.names[i] = to
		}
	}
	delete(m.entries, name)
	m.entries[to] = strings.Replace(entry, name, to, 1)
}

// shapes are what other versions of sops write and people make of the metadata. None is covered by
// the MAC but the time, whose other forms mean the same.
var shapes = []struct {
	name   string
	change func(r *rand.Rand, m *metadata)
}{
	{"unsorted", func(r *rand.Rand, m *metadata) {
		r.Shuffle(len(m.names), func(i, j int) { m.names[i], m.names[j] = m.names[j], m.names[i] })
	}},
	{"empty lists of 3.0", func(r *rand.Rand, m *metadata) {
		for _, name := range []string{"kms", "gcp_kms", "azure_kv", "hc_vault", "pgp", "key_groups", "hckms"} {
			if m.entries[name] == "" && m.empty != nil && r.Intn(3) > 0 {
				m.set(name, m.empty(name, []string{"[]", "null"}[r.Intn(2)]))
			}
		}
		sort.Strings(m.names)
	}},
	{"another version", func(r *rand.Rand, m *metadata) {
		versions := []string{`"3.0.0"`, `"3.2.0"`, `"v3.9.0"`, `"1.18"`, `"3.7.3"`, `"99.0.0"`, `"3.8"`, `"3.9.0-rc.1"`, `"3.9.0+x"`, `"3"`, `"03.1.1"`, `"1.x"`, `"3.1.0-"`}
		m.set("version", m.text("version", versions[r.Intn(len(versions))]))
	}},
	{"an unquoted version", func(r *rand.Rand, m *metadata) {
		m.set("version", m.text("version", []string{"3.9.0", "3.7", "3", "true", "1.5", "null"}[r.Intn(6)]))
	}},
	{"no default suffix", func(_ *rand.Rand, m *metadata) { m.remove("unencrypted_suffix") }},
	{"another form of the time", func(r *rand.Rand, m *metadata) {
		forms := []string{`${1}+00:00`, `${1}.5Z`, `${1}.123456789Z`, `${1},5Z`, `${1}-00:00`, `${1}+01:00`, `${1}z`, `${1} Z`, `${1}.Z`, `${1}.1234567890123Z`}
		form := forms[r.Intn(len(forms))]
		m.entries["lastmodified"] = regexp.MustCompile(`(T\d\d:\d\d:\d\d)Z`).ReplaceAllString(m.entries["lastmodified"], form)
	}},
	{"unknown fields", func(r *rand.Rand, m *metadata) {
		m.set("comment", m.text("comment", `"x"`))
		m.set("zz_future", m.text("zz_future", []string{"1", `"y"`, "true", "3.5"}[r.Intn(4)]))
		m.names[0], m.names[len(m.names)-1] = m.names[len(m.names)-1], m.names[0]
	}},
	{"names in another case", func(r *rand.Rand, m *metadata) {
		name := m.names[r.Intn(len(m.names))]
		m.rename(name, []string{strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:]}[r.Intn(2)])
	}},
	{"mac_only_encrypted in other words", func(r *rand.Rand, m *metadata) {
		words := []string{`"true"`, "1", "True", `"t"`, `"1"`, "false", `"no"`, "yes", `""`, "null", "1.0", "2"}
		m.set("mac_only_encrypted", m.text("mac_only_encrypted", words[r.Intn(len(words))]))
	}},
	{"shamir_threshold in other words", func(r *rand.Rand, m *metadata) {
		words := []string{`"2"`, "0", "1", "-1", `"0x2"`, "2.0", "2.7", "true", `""`, `"02"`, "null", `"x"`}
		m.set("shamir_threshold", m.text("shamir_threshold", words[r.Intn(len(words))]))
	}},
	{"an empty rule", func(r *rand.Rand, m *metadata) {
		rules := []string{"unencrypted_suffix", "encrypted_suffix", "unencrypted_regex", "encrypted_regex", "unencrypted_comment_regex"}
		rule := rules[r.Intn(len(rules))]
		m.set(rule, m.text(rule, `""`))
	}},
	{"an entry twice", func(r *rand.Rand, m *metadata) {
		name := m.names[r.Intn(len(m.names))]
		if r.Intn(2) == 0 {
			m.names = append(m.names, name)
		} else {
			upper := strings.ToUpper(name)
			m.set(upper, strings.Replace(m.entries[name], name, upper, 1))
		}
	}},
	{"without an entry", func(r *rand.Rand, m *metadata) { m.remove(m.names[r.Intn(len(m.names))]) }},
	{"an invalid rule", func(r *rand.Rand, m *metadata) {
		for _, rule := range []string{"unencrypted_regex", "encrypted_regex", "unencrypted_comment_regex", "encrypted_comment_regex"} {
			if m.entries[rule] != "" {
				m.set(rule, m.text(rule, []string{`"("`, `"[z-a]"`, `"(?=x)"`, `"a**"`}[r.Intn(4)]))
			}
		}
	}},
}

func (m *metadata) remove(name string) {
	for i := range m.names {
		if m.names[i] == name {
			m.names = append(m.names[:i:i], m.names[i+1:]...)
			return
		}
	}
}

// withPatch gives a part of the trials another shape of metadata.
func (t *trial) withPatch(r *rand.Rand) {
	if r.Intn(5) != 0 {
		return
	}
	seed := r.Int63()
	format := formatOf(t.name, t.encrypt)
	shape := shapes[r.Intn(len(shapes))]
	t.label = shape.name
	t.patch = func(encrypted string) string {
		m, ok := takeApart(format, encrypted)
		if !ok {
			return encrypted
		}
		shape.change(rand.New(rand.NewSource(seed)), &m)
		return m.join()
	}
}

// formatOf is the layout of the encrypted file.
func formatOf(name string, options []string) string {
	for i, option := range options {
		if option == "--output-type" {
			return strings.Replace(options[i+1], "binary", "json", 1)
		}
	}
	for suffix, format := range map[string]string{".yaml": "yaml", ".yml": "yaml", ".env": "dotenv", ".ini": "ini"} {
		if strings.HasSuffix(name, suffix) {
			return format
		}
	}
	return "json"
}
