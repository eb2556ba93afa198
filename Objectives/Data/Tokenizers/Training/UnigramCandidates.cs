namespace NativeSsl;

/// <summary>A piece that may stay: where it stands in the corpus, how long it is, and its log-probability.</summary>
/// <param name="Start">One place where it occurs.</param>
/// <param name="Length">Its characters.</param>
/// <param name="Score">Its log-probability.</param>
readonly record struct UnigramPiece(int Start, int Length, double Score);

/// <summary>
/// The first vocabulary (Kudo 2018, section 3.2): every character, and the frequent substrings that cover most. SentencePiece finds them by a suffix array
/// over the corpus; here the table of words is walked once for each length: a substring of length n is the pair of its two substrings of length n - 1,
/// and only frequent ones need be joined (names as in Karp, Miller and Rosenberg 1972).
/// </summary>
static class UnigramCandidates
{
    internal const int Longest = 16;

    /// <summary>The pieces, characters first, with the logarithm of their share as score; and where they stand.</summary>
    internal static (List<UnigramPiece> Pieces, UnigramLattice Lattice) Find(UnigramCorpus corpus, int minimumCount, int most, CancellationToken cancellation)
    {
        List<(int Start, int Length, long Count)> found = [];
        List<int[]> levels = [];
        Dictionary<(int Left, int Right), int> names = [];
        for (int length = 1; length <= Longest; length++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[]? shorter = length == 1 ? null : levels[^1];
            (int Left, int Right)? Key(int place, int end) => place + length > end ? null
                : shorter is null ? (corpus.Codes[place], 0) : shorter[place] < 0 || shorter[place + 1] < 0 ? null : (shorter[place], shorter[place + 1]);

            Dictionary<(int Left, int Right), long> counts = [];
            foreach ((int place, int end, long count) in Places(corpus))
                if (Key(place, end) is { } key) counts[key] = counts.GetValueOrDefault(key) + count;

            names.Clear();
            int[] level = new int[corpus.Codes.Length];
            Array.Fill(level, -1);
            int before = found.Count;
            foreach ((int place, int end, _) in Places(corpus))
            {
                if (Key(place, end) is not { } key || length > 1 && counts[key] < minimumCount) continue;
                if (!names.TryGetValue(key, out int name))
                {
                    names.Add(key, name = found.Count);
                    found.Add((place, length, counts[key]));
                }
                level[place] = name;
            }
            if (found.Count == before) break;
            levels.Add(level);
        }
        return Choose(corpus, found, levels, most);
    }

    static IEnumerable<(int Place, int End, long Count)> Places(UnigramCorpus corpus)
    {
        for (int word = 0; word < corpus.Counts.Length; word++)
            for (int place = corpus.Starts[word]; place < corpus.Starts[word + 1]; place++) yield return (place, corpus.Starts[word + 1], corpus.Counts[word]);
    }

    static (List<UnigramPiece>, UnigramLattice) Choose(UnigramCorpus corpus, List<(int Start, int Length, long Count)> found, List<int[]> levels, int most)
    {
        int[] order = [.. Enumerable.Range(0, found.Count).OrderBy(id => found[id].Length > 1)
            .ThenByDescending(id => found[id].Count * found[id].Length).ThenBy(static id => id)];
        int characters = order.Count(id => found[id].Length == 1);
        int kept = Math.Max(characters, (int)Math.Min((long)characters + most, order.Length));
        int[] renamed = new int[found.Count];
        Array.Fill(renamed, -1);
        double total = order.Take(kept).Sum(id => (double)found[id].Count * found[id].Length);
        List<UnigramPiece> pieces = [];
        foreach (int id in order.Take(kept))
        {
            renamed[id] = pieces.Count;
            pieces.Add(new UnigramPiece(found[id].Start, found[id].Length, Math.Log(found[id].Count * found[id].Length / total)));
        }
        return (pieces, new UnigramLattice(corpus, levels, renamed));
    }
}
