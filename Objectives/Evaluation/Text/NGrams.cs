using System.Runtime.InteropServices;
using System.Text;

namespace NativeSsl;

/// <summary>How often each stretch of n tokens, or n characters, stands in a text.</summary>
static class NGrams
{
    /// <summary>Stretches of n tokens, which hold no spaces themselves.</summary>
    internal static Dictionary<string, int> OfTokens(string[] tokens, int n)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        for (int i = 0; i + n <= tokens.Length; i++) Add(counts, string.Join(' ', tokens, i, n), 1);
        return counts;
    }

    /// <summary>Stretches of n characters, that is, Unicode scalar values.</summary>
    internal static Dictionary<string, int> OfCharacters(string text, int n)
    {
        List<int> starts = [];
        for (int i = 0; i < text.Length; i += Rune.TryGetRuneAt(text, i, out Rune rune) ? rune.Utf16SequenceLength : 1) starts.Add(i);
        starts.Add(text.Length);
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        for (int i = 0; i + n < starts.Count; i++) Add(counts, text[starts[i]..starts[i + n]], 1);
        return counts;
    }

    internal static void Add(Dictionary<string, int> counts, string key, int count) =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _) += count;

    /// <summary>How many of one are found in the other, each of those as often as it stands there.</summary>
    internal static int Shared(Dictionary<string, int> of, Dictionary<string, int> with)
    {
        int shared = 0;
        foreach ((string key, int count) in of) if (with.TryGetValue(key, out int most)) shared += Math.Min(count, most);
        return shared;
    }
}
