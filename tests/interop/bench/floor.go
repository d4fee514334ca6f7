package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"argocd-decrypt/tests/interop/harness"
)

// floor is the CPU that hashing, unpacking and removing an archive takes here and in Go: what no server can do
// without.
type floor struct {
	b       *bench
	archive []byte
	cpu     samples
}

func (b *bench) floor(packed harness.Packed) *floor {
	f := &floor{b: b}
	for _, message := range packed {
		f.archive = append(f.archive, message.GetFile().GetChunk()...)
	}
	return f
}

func (f *floor) size() float64 { return float64(len(f.archive)) }

func (f *floor) measure() {
	runtime.GC() // what others left is not to be counted here
	before := ownCPU()
	sha256.Sum256(f.archive)
	dir, err := os.MkdirTemp("/dev/shm", "acd-floor-")
	harness.Check(f.b, err)
	harness.Check(f.b, unpack(f.archive, dir))
	harness.Check(f.b, os.RemoveAll(dir))
	f.cpu.time(ownCPU() - before)
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// unpack trusts the archive: it was made here.
func unpack(archive []byte, dir string) error {
	zip, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	entries := tar.NewReader(zip)
	for {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		path := filepath.Join(dir, entry.Name)
		if entry.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o755)
		} else {
			err = unpackFile(path, entries)
		}
		if err != nil {
			return err
		}
	}
}

func unpackFile(path string, content io.Reader) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
