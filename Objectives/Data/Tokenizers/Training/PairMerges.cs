namespace NativeSsl;

/// <summary>
/// Byte pair encoding's training (Sennrich et al. 2016, algorithm 1): of all neighbours in all words the most frequent pair becomes a new symbol, again and
/// again. Of equally frequent pairs the one with the smaller ids comes first. Counting anew each time would take a pass over all words a merge; here
/// each pair knows its words, so that a merge touches only those that change.
/// </summary>
sealed class PairMerges
{
    readonly List<string> _names;
    readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    readonly HashSet<string> _never;
    readonly Func<string, string, string> _join;
    readonly int[][] _words;
    readonly int[] _lengths;
    readonly long[] _counts;
    readonly Dictionary<(int Left, int Right), Pair> _pairs = [];
    readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _queue =
        new(Comparer<(long Count, int Left, int Right)>.Create(static (a, b) =>
            a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Left != b.Left ? a.Left.CompareTo(b.Left) : a.Right.CompareTo(b.Right)));

    /// <param name="names">The symbols so far; new ones are appended.</param>
    /// <param name="words">Each different word as symbols; they are overwritten.</param>
    /// <param name="counts">How often each word came.</param>
    /// <param name="never">Names that no merge may make: the special tokens.</param>
    /// <param name="join">The name of two symbols that became one.</param>
    internal PairMerges(List<string> names, int[][] words, long[] counts, IEnumerable<string> never, Func<string, string, string> join)
    {
        (_names, _words, _counts, _join) = (names, words, counts, join);
        _never = new HashSet<string>(never, StringComparer.Ordinal);
        _lengths = Array.ConvertAll(words, static word => word.Length);
        for (int id = 0; id < names.Count; id++) _ids.TryAdd(names[id], id);
        for (int word = 0; word < words.Length; word++)
            for (int i = 0; i + 1 < words[word].Length; i++) At((words[word][i], words[word][i + 1])).Add(word, counts[word]);
        foreach (((int Left, int Right) key, Pair pair) in _pairs) Wait(key, pair);
    }

    /// <summary>The pairs that were merged, in order.</summary>
    internal List<(int Left, int Right)> Merges { get; } = [];

    /// <summary>Merges until there are so many symbols, or no pair occurs often enough.</summary>
    internal void Run(int symbols, long minimumCount, Action<int> report)
    {
        while (_names.Count < symbols && _queue.TryDequeue(out (int Left, int Right) key, out (long Count, int Left, int Right) then))
        {
            Pair pair = _pairs[key];
            if (pair.Count != then.Count)                                   // it was merged into others meanwhile; its turn comes later
            {
                Wait(key, pair);
                continue;
            }
            if (pair.Count < minimumCount) break;
            string name = _join(_names[key.Left], _names[key.Right]);
            if (_never.Contains(name)) continue;
            if (!_ids.TryGetValue(name, out int joined))
            {
                _ids.Add(name, joined = _names.Count);
                _names.Add(name);
            }
            Merges.Add(key);
            Merge(key, pair, joined);
            report(_names.Count);
        }
    }

    void Merge((int Left, int Right) key, Pair pair, int joined)
    {
        HashSet<(int Left, int Right)> grown = [];
        foreach (int word in pair.Words)
        {
            int[] symbols = _words[word];
            Count(word, -_counts[word], null, -1);
            int kept = 0;
            for (int i = 0; i < _lengths[word]; i++)
            {
                bool here = i + 1 < _lengths[word] && symbols[i] == key.Left && symbols[i + 1] == key.Right;
                symbols[kept++] = here ? joined : symbols[i];
                if (here) i++;
            }
            _lengths[word] = kept;
            Count(word, _counts[word], grown, joined);
        }
        pair.Words.Clear();
        foreach ((int Left, int Right) each in grown) Wait(each, _pairs[each]);
    }

    // Takes a word's pairs out of the counts, or puts them in again. Only pairs with the new symbol can become more than they were.
    void Count(int word, long count, HashSet<(int Left, int Right)>? grown, int joined)
    {
        int[] symbols = _words[word];
        for (int i = 0; i + 1 < _lengths[word]; i++)
        {
            (int Left, int Right) key = (symbols[i], symbols[i + 1]);
            Pair pair = At(key);
            if (grown is not null && (key.Left == joined || key.Right == joined))
            {
                pair.Add(word, count);
                grown.Add(key);
            }
            else pair.Count += count;
        }
    }

    Pair At((int Left, int Right) key)
    {
        if (!_pairs.TryGetValue(key, out Pair? pair)) _pairs.Add(key, pair = new Pair());
        return pair;
    }

    void Wait((int Left, int Right) key, Pair pair)
    {
        if (pair.Count > 0) _queue.Enqueue(key, (pair.Count, key.Left, key.Right));
    }

    sealed class Pair
    {
        internal long Count;
        internal readonly List<int> Words = [];

        internal void Add(int word, long count)
        {
            Count += count;
            if (Words.Count == 0 || Words[^1] != word) Words.Add(word);
        }
    }
}
