// Package soak_test keeps a server busy with everything at once, what goes wrong included, and looks whether anything
// is left of it. ACD_SOAK says with how many requests: some thousands show a leak that 500 hide.
package soak_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

const clients = 8

func TestNothingIsLeftOfManyRequests(t *testing.T) {
	requests := 500
	if text := os.Getenv("ACD_SOAK"); text != "" {
		number, err := strconv.Atoi(text)
		harness.Check(t, err)
		requests = number
	}
	servers := []*soaked{builtIn(t), ownCommands(t)}
	for _, s := range servers {
		run(t, []*soaked{s}, max(200, requests/20)) // until each thread, buffer and cache is there
	}
	for _, s := range servers {
		s.before = s.settle(t)
	}
	done := run(t, servers, requests)
	t.Logf("%d requests:\n%s", requests, done)
	for _, s := range servers {
		after := s.settle(t)
		t.Logf("%s:\n  first %v\n  last  %v", s.what, s.before, after)
		for _, growth := range after.beyond(s.before) {
			t.Errorf("%s: %s", s.what, growth)
		}
	}
}

// soaked is a server and what is asked of it.
type soaked struct {
	what   string
	server *harness.Server
	kinds  []kind
	before footprint
}

// kind is one sort of request. Its call has a connection of its own, as the repo-server's have.
type kind struct {
	name   string
	weight int
	call   func(context.Context, harness.Client) error
	fails  string // what the server's error has to say; empty: it has to succeed
	may    bool   // it is a matter of chance whether it succeeds
}

// tally counts the requests of each kind.
type tally struct {
	sync.Mutex
	counts map[string]int
}

func (c *tally) add(name string) {
	c.Lock()
	defer c.Unlock()
	c.counts[name]++
}

func (c *tally) String() string {
	var lines []string
	for name, count := range c.counts {
		lines = append(lines, fmt.Sprintf("  %6d %s", count, name))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[8:], b[8:]) })
	return strings.Join(lines, "\n")
}

// run sends requests, from several clients, in an order that is the same each time.
func run(t *testing.T, servers []*soaked, requests int) *tally {
	t.Helper()
	var lots []lot
	for _, s := range servers {
		for _, k := range s.kinds {
			for range k.weight {
				lots = append(lots, lot{s, k})
			}
		}
	}
	done := &tally{counts: map[string]int{}}
	var next atomic.Int64
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for {
				number := next.Add(1)
				if number > int64(requests) || t.Failed() {
					return
				}
				drawn := lots[rand.New(rand.NewPCG(uint64(number), 0)).IntN(len(lots))]
				done.add(drawn.soaked.what + ": " + drawn.name)
				if err := drawn.send(); err != nil {
					t.Errorf("request %d, %s: %v", number, drawn.name, err)
				}
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return done
}

// lot is one request to draw.
type lot struct {
	soaked *soaked
	kind
}

func (l lot) send() error {
	client, err := l.soaked.server.Dial()
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	err = l.call(ctx, client)
	switch {
	case l.may:
		return nil
	case l.fails == "":
		return err
	case err == nil:
		return fmt.Errorf("it succeeded")
	case !strings.Contains(err.Error(), l.fails):
		return fmt.Errorf("it does not say %q: %w", l.fails, err)
	}
	return nil
}
