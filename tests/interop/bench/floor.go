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
	"syscall"
	"time"

	"github.com/argoproj/argo-cd/v3/util/tgzstream"

	"argocd-decrypt/tests/interop/harness"
)

// floor adds a row with the CPU that hashing, unpacking and removing the archive takes here and in Go:
// what no server can do without. It returns the archive's size.
func (b *bench) floor(root string) int {
	file, _, _, err := tgzstream.CompressFiles(root, nil, nil)
	harness.Check(b, err)
	defer tgzstream.CloseAndDelete(file)
	archive, err := os.ReadFile(file.Name())
	harness.Check(b, err)
	var cpu samples
	for range 5 {
		before := ownCPU()
		sha256.Sum256(archive)
		dir, err := os.MkdirTemp("/dev/shm", "acd-floor-")
		harness.Check(b, err)
		harness.Check(b, unpack(archive, dir))
		harness.Check(b, os.RemoveAll(dir))
		cpu.time(ownCPU() - before)
	}
	b.table.value("  floor: sha256, gunzip, untar, remove in Go: CPU", cpu.median()/1e6, 0, " ms")
	return len(archive)
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
