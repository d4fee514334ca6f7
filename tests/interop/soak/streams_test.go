package soak_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/cmp"

	"argocd-decrypt/tests/interop/harness"
)

// badStreams are requests that clients give up, and such as Argo CD never sends. packed: a good one, in many messages.
func badStreams(packed harness.Packed, archive []byte) []kind {
	upper := strings.ToUpper(harness.Checksum(archive))
	return []kind{
		{name: "wrong checksum", weight: 5, call: raw(harness.RawRequest{Archive: archive, Checksum: &upper}), fails: "checksum"},
		{name: "no metadata", weight: 5, call: raw(harness.RawRequest{Archive: archive, Before: []*apiclient.AppStreamRequest{harness.FileMessage(nil)}}), fails: "metadata"},
		{name: "not an archive", weight: 5, call: raw(harness.RawRequest{Archive: []byte(strings.Repeat("nothing", 1000))}), fails: "gzip"},
		{name: "cut archive", weight: 5, call: raw(harness.RawRequest{Archive: archive[:len(archive)/2]}), fails: "rpc error"},
		{name: "stream without an end", weight: 8, call: abandoned(packed, false), may: true},
		{name: "connection closed in a stream", weight: 8, call: abandoned(packed, true), may: true},
		{name: "out of time at any point", weight: 8, call: outOfTime(packed), may: true},
		{name: "connection without a call", weight: 8, call: func(context.Context, harness.Client) error { return nil }},
	}
}

func wrong(format string, args ...any) error { return fmt.Errorf(format, args...) }

func raw(request harness.RawRequest) func(context.Context, harness.Client) error {
	return func(ctx context.Context, c harness.Client) error {
		_, err := request.Generate(ctx, c)
		if harness.IsNotDrained(err) {
			return errors.New("the stream was not drained")
		}
		return err
	}
}

// abandoned sends a part of any of the three streams, and goes: by a reset of the stream or of the whole connection.
func abandoned(packed harness.Packed, hangUp bool) func(context.Context, harness.Client) error {
	return func(ctx context.Context, c harness.Client) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := anyStream(ctx, c)
		if err != nil {
			return err
		}
		err = packed[:rand.IntN(len(packed))].SendTo(stream)
		if hangUp {
			c.Close()
		}
		return err
	}
}

func anyStream(ctx context.Context, c harness.Client) (cmp.StreamSender, error) {
	switch rand.IntN(3) {
	case 0:
		return c.MatchRepository(ctx)
	case 1:
		return c.GetParametersAnnouncement(ctx)
	default:
		return c.GenerateManifest(ctx)
	}
}

// outOfTime has a deadline from far too little to about enough.
func outOfTime(packed harness.Packed) func(context.Context, harness.Client) error {
	return func(ctx context.Context, c harness.Client) error {
		ctx, cancel := context.WithTimeout(ctx, time.Duration(rand.IntN(10_000))*time.Microsecond)
		defer cancel()
		_, err := c.GeneratePacked(ctx, packed)
		return err
	}
}

// cancelled gives up while a tool runs, most of the time.
func cancelled(packed harness.Packed) func(context.Context, harness.Client) error {
	return func(ctx context.Context, c harness.Client) error {
		ctx, cancel := context.WithCancel(ctx)
		defer time.AfterFunc(time.Duration(rand.IntN(60))*time.Millisecond, cancel).Stop()
		defer cancel()
		_, err := c.GeneratePacked(ctx, packed)
		return err
	}
}
