package parity_test

import "testing"

// coverPairs gives rows of values for factors, so that for any two factors each pair of their values
// stands in some row. counts are the numbers of values; a row holds one index per factor. The same
// counts always give the same rows.
func coverPairs(counts []int) [][]int {
	type pair struct{ i, a, j, b int } // i < j
	var open []pair
	missing := map[pair]bool{}
	for i := range counts {
		for j := i + 1; j < len(counts); j++ {
			for a := range counts[i] {
				for b := range counts[j] {
					p := pair{i, a, j, b}
					open, missing[p] = append(open, p), true
				}
			}
		}
	}
	at := func(i, a, j, b int) pair {
		if i < j {
			return pair{i, a, j, b}
		}
		return pair{j, b, i, a}
	}
	var rows [][]int
	for len(open) > 0 {
		first := open[0]
		row := make([]int, len(counts))
		for k := range row {
			row[k] = -1
		}
		row[first.i], row[first.j] = first.a, first.b
		for k := range row {
			if row[k] >= 0 {
				continue
			}
			best, most := 0, -1
			for v := range counts[k] {
				gain := 0
				for other, w := range row {
					if w >= 0 && missing[at(k, v, other, w)] {
						gain++
					}
				}
				if gain > most {
					best, most = v, gain
				}
			}
			row[k] = best
		}
		rows = append(rows, row)
		for i := range row {
			for j := i + 1; j < len(row); j++ {
				delete(missing, pair{i, row[i], j, row[j]})
			}
		}
		left := open[:0]
		for _, p := range open {
			if missing[p] {
				left = append(left, p)
			}
		}
		open = left
	}
	return rows
}

func TestRowsCoverAllPairs(t *testing.T) {
	counts := []int{2, 2, 4, 3, 2, 2, 2, 3, 2}
	rows := coverPairs(counts)
	for i := range counts {
		for j := i + 1; j < len(counts); j++ {
			seen := map[[2]int]bool{}
			for _, row := range rows {
				seen[[2]int{row[i], row[j]}] = true
			}
			if len(seen) != counts[i]*counts[j] {
				t.Errorf("factors %d and %d: %d of %d pairs", i, j, len(seen), counts[i]*counts[j])
			}
		}
	}
	if len(rows) > 20 {
		t.Errorf("%d rows, 12 are the least there can be", len(rows))
	}
}
