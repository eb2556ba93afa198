using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>
/// The table that tokenizers learn from: different words and how often each came. Texts pass by one after the other and are forgotten. When the table is
/// full, words that are no more frequent than the median go, and the threshold is written down: like lossy counting (Manku and Motwani 2002),
/// no word is ever counted short by more than the sum of the thresholds.
/// </summary>
sealed class WordCounts
{
    /// <summary>Longer words, in UTF-16 units, teach nothing: they are addresses, sequences of bases, white space.</summary>
    internal const int LongestWord = 256;
    const int Chunk = 1 << 16;

    readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    readonly TokenizerTraining _options;
    long _characters;

    WordCounts(TokenizerTraining options) => _options = options;

    /// <summary>The words, the most frequent first; equals in ordinal order, so that nothing depends on the order of the texts
    /// but what was forgotten.</summary>
    internal (string Word, long Count)[] Words { get; private set; } = [];

    /// <summary>No word is counted short by more than this.</summary>
    internal long Forgotten { get; private set; }

    /// <exception cref="MalformedFileException">There is no word in the texts, or one has half of a surrogate pair.</exception>
    internal static WordCounts Of(IEnumerable<string> texts, INormalizer? normalizer, IWordSplit split, TokenizerTraining options)
    {
        WordCounts counts = new(options);
        long number = 0;
        foreach (string text in texts)
        {
            UnicodeText.Check(text, number++);
            for (int start = 0; start < text.Length;)
            {
                int end = ChunkEnd(text, start);
                string chunk = text[start..end];
                counts.Add(split.Prepare(normalizer?.Apply(chunk) ?? chunk), split);
                counts.Report(end - start);
                start = end;
            }
        }
        if (counts._counts.Count == 0) throw new MalformedFileException("text", "there is no word in it; a tokenizer needs texts to learn its pieces from.");
        counts.Words = [.. counts._counts.Select(static entry => (entry.Key, entry.Value))
            .OrderByDescending(static word => word.Value).ThenBy(static word => word.Key, StringComparer.Ordinal)];
        return counts;
    }

    // A text may be a whole corpus. It is normalized in stretches that end before white space, where no word of any kind goes on.
    static int ChunkEnd(string text, int start)
    {
        int end = Math.Min(start + Chunk, text.Length);
        while (end < text.Length && !(char.IsWhiteSpace(text[end]) && !char.IsWhiteSpace(text[end - 1]))) end++;
        return end;
    }

    void Add(string text, IWordSplit split)
    {
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> counts = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
        int at = 0;
        for (ReadOnlySpan<char> word = split.Next(text, ref at); !word.IsEmpty; word = split.Next(text, ref at))
        {
            if (word.Length > LongestWord) continue;
            CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out bool known)++;
            if (!known && _counts.Count > _options.MaximumWords) Forget();
        }
    }

    void Forget()
    {
        long[] sorted = [.. _counts.Values.Order()];
        long threshold = sorted[sorted.Length / 2];
        foreach ((string word, long count) in _counts) if (count <= threshold) _counts.Remove(word);
        Forgotten += threshold;
    }

    void Report(int characters)
    {
        _options.Cancellation.ThrowIfCancellationRequested();
        long before = _characters;
        _characters += characters;
        if (_characters >> 20 != before >> 20) _options.Progress?.Report(new TokenizerProgress(_characters, _counts.Count, Forgotten, 0));
    }

    /// <summary>Reports what was made of the words so far.</summary>
    internal void Report(int pieces, bool always = false)
    {
        _options.Cancellation.ThrowIfCancellationRequested();
        if (always || pieces % 256 == 0) _options.Progress?.Report(new TokenizerProgress(_characters, Words.Length, Forgotten, pieces));
    }
}
