using System.Text;

namespace NativeSsl;

/// <summary>The words of a corpus as code points in one row, cut where a character has no piece.</summary>
sealed class UnigramCorpus
{
    internal UnigramCorpus(IEnumerable<(string Word, long Count)> words, IReadOnlySet<Rune> alphabet)
    {
        List<int> codes = [], starts = [0];
        List<long> counts = [];
        void End(long count)
        {
            if (codes.Count == starts[^1]) return;
            starts.Add(codes.Count);
            counts.Add(count);
        }
        foreach ((string word, long count) in words)
        {
            foreach (Rune rune in word.EnumerateRunes())
            {
                if (alphabet.Contains(rune)) codes.Add(rune.Value);
                else End(count);
            }
            End(count);
        }
        (Codes, Starts, Counts) = ([.. codes], [.. starts], [.. counts]);
    }

    /// <summary>All code points of all words.</summary>
    internal int[] Codes { get; }
    /// <summary>Where each word begins; and the end of the last.</summary>
    internal int[] Starts { get; }
    /// <summary>How often each word came.</summary>
    internal long[] Counts { get; }

    /// <summary>The text of a stretch.</summary>
    internal string Text(int start, int length)
    {
        StringBuilder text = new(length);
        for (int i = start; i < start + length; i++) text.Append(new Rune(Codes[i]));
        return text.ToString();
    }
}
