namespace NativeSsl;

/// <summary>
/// All spellings of all words of a corpus: for each place, the pieces that begin there. Expectation by forward and backward sums, and the best
/// spelling by Viterbi's algorithm (Kudo 2018, section 3.2).
/// </summary>
sealed class UnigramLattice
{
    readonly UnigramCorpus _corpus;
    readonly int[] _first;                                                  // of each place, its first edge; and the end of the last
    readonly byte[] _lengths;
    readonly int[] _ids;
    double[] _forward = new double[16], _backward = new double[16];

    /// <param name="corpus">The words.</param>
    /// <param name="levels">For each length from 1, which substring of that length begins at each place; -1 for none.</param>
    /// <param name="renamed">The piece that a substring became; -1 for none.</param>
    internal UnigramLattice(UnigramCorpus corpus, List<int[]> levels, int[] renamed)
    {
        _corpus = corpus;
        _first = new int[corpus.Codes.Length + 1];
        for (int place = 0; place < corpus.Codes.Length; place++)
            _first[place + 1] = _first[place] + levels.Count(level => level[place] >= 0 && renamed[level[place]] >= 0);
        (_lengths, _ids) = (new byte[_first[^1]], new int[_first[^1]]);
        for (int place = 0, edge = 0; place < corpus.Codes.Length; place++)
            for (int length = 1; length <= levels.Count; length++)
                if (levels[length - 1][place] is >= 0 and var name && renamed[name] >= 0) (_lengths[edge], _ids[edge++]) = ((byte)length, renamed[name]);
    }

    UnigramLattice(UnigramCorpus corpus, int[] first, byte[] lengths, int[] ids) => (_corpus, _first, _lengths, _ids) = (corpus, first, lengths, ids);

    /// <summary>The lattice of the pieces that stay.</summary>
    /// <param name="renamed">Their new ids; -1 for those that go.</param>
    internal UnigramLattice Keep(int[] renamed)
    {
        int[] first = new int[_first.Length];
        List<byte> lengths = new(_lengths.Length);
        List<int> ids = new(_ids.Length);
        for (int place = 0; place + 1 < _first.Length; place++)
        {
            for (int edge = _first[place]; edge < _first[place + 1]; edge++)
            {
                if (renamed[_ids[edge]] < 0) continue;
                lengths.Add(_lengths[edge]);
                ids.Add(renamed[_ids[edge]]);
            }
            first[place + 1] = ids.Count;
        }
        return new UnigramLattice(_corpus, first, [.. lengths], [.. ids]);
    }

    /// <summary>The E-step: how often each piece is expected over all spellings of all words, and the logarithm of the corpus's probability.</summary>
    internal double Expect(double[] scores, double[] expected)
    {
        double likelihood = 0;
        for (int word = 0; word < _corpus.Counts.Length; word++)
        {
            int start = _corpus.Starts[word], length = _corpus.Starts[word + 1] - start;
            if (_forward.Length <= length) (_forward, _backward) = (new double[2 * length], new double[2 * length]);
            Span<double> forward = _forward.AsSpan(0, length + 1), backward = _backward.AsSpan(0, length + 1);
            forward.Fill(double.NegativeInfinity);
            backward.Fill(double.NegativeInfinity);
            (forward[0], backward[length]) = (0, 0);
            // a(e) = log sum over pieces x from s to e of exp(a(s) + log p(x)); b(s) likewise from the end
            for (int s = 0; s < length; s++)
                for (int edge = _first[start + s]; edge < _first[start + s + 1]; edge++)
                    forward[s + _lengths[edge]] = LogAdd(forward[s + _lengths[edge]], forward[s] + scores[_ids[edge]]);
            for (int s = length - 1; s >= 0; s--)
                for (int edge = _first[start + s]; edge < _first[start + s + 1]; edge++)
                    backward[s] = LogAdd(backward[s], backward[s + _lengths[edge]] + scores[_ids[edge]]);
            double all = forward[length];
            for (int s = 0; s < length; s++)
                for (int edge = _first[start + s]; edge < _first[start + s + 1]; edge++)
                    expected[_ids[edge]] += _corpus.Counts[word] * Math.Exp(forward[s] + scores[_ids[edge]] + backward[s + _lengths[edge]] - all);
            likelihood += _corpus.Counts[word] * all;
        }
        return likelihood;
    }

    /// <summary>How often each piece stands in the best spelling of a word.</summary>
    internal double[] BestCounts(double[] scores)
    {
        double[] counts = new double[scores.Length];
        List<int> spelling = [];
        for (int word = 0; word < _corpus.Counts.Length; word++)
        {
            spelling.Clear();
            Best(_corpus.Starts[word], _corpus.Starts[word + 1] - _corpus.Starts[word], scores, spelling);
            foreach (int id in spelling) counts[id] += _corpus.Counts[word];
        }
        return counts;
    }

    /// <summary>The best spelling of a stretch, from its end to its start.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="length">Its characters.</param>
    /// <param name="scores">Log-probabilities of the pieces.</param>
    /// <param name="spelling">Takes the pieces.</param>
    /// <param name="without">A piece that may not be used; -1 for none.</param>
    /// <returns>The spelling's log-probability; minus infinity if there is none.</returns>
    internal double Best(int start, int length, double[] scores, List<int> spelling, int without = -1)
    {
        Span<double> best = stackalloc double[length + 1];
        Span<int> by = stackalloc int[length + 1];
        best.Fill(double.NegativeInfinity);
        best[0] = 0;
        for (int s = 0; s < length; s++)
            for (int edge = _first[start + s]; edge < _first[start + s + 1]; edge++)
            {
                int end = s + _lengths[edge];
                if (end > length || _ids[edge] == without || !(best[s] + scores[_ids[edge]] > best[end])) continue;
                (best[end], by[end]) = (best[s] + scores[_ids[edge]], edge);
            }
        if (double.IsNegativeInfinity(best[length])) return best[length];
        for (int end = length; end > 0; end -= _lengths[by[end]]) spelling.Add(_ids[by[end]]);
        return best[length];
    }

    static double LogAdd(double a, double b)
    {
        if (double.IsNegativeInfinity(a)) return b;
        double high = Math.Max(a, b), low = Math.Min(a, b);
        return high + Math.Log(1 + Math.Exp(low - high));
    }
}
