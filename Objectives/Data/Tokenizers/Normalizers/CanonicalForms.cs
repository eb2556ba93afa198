using System.Globalization;
using System.Reflection;
using System.Text;

namespace NativeSsl;

/// <summary>
/// Unicode's canonical decomposition (NFD) and composition (NFC), Unicode Standard Annex 15. Ours, because a program with
/// <c>InvariantGlobalization</c> has no ICU, and <c>string.Normalize</c> then gives the text back as it was, without a word.
/// </summary>
static class CanonicalForms
{
    // Hangul syllables are counted, not listed: 19 leading consonants, 21 vowels, 27 trailing consonants or none.
    const int Syllables = 0xAC00, Leading = 0x1100, Vowels = 0x1161, Trailing = 0x11A7, VowelCount = 21, TrailingCount = 28, SyllableCount = 11_172;

    static readonly Lazy<Table> Data = new(static () => new Table());

    /// <summary>NFD: base characters first, then their marks in canonical order.</summary>
    internal static string Decompose(string text) => text.AsSpan().ContainsAnyExceptInRange('\0', '\u00BF') ? Write(Decomposed(text)) : text;

    /// <summary>NFC: decomposed, then every mark joined to its base where Unicode has a character for the two.</summary>
    internal static string Compose(string text) => text.AsSpan().ContainsAnyExceptInRange('\0', '\u02FF') ? Write(Composed(Decomposed(text))) : text;

    static List<int> Decomposed(string text)
    {
        List<int> codes = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) Append(codes, rune.Value);
        // marks that follow a base stand in the order of their classes; equal classes keep their order, so the sort must be stable
        for (int i = 1; i < codes.Count; i++)
        {
            int code = codes[i], rank = Class(code), to = i;
            if (rank == 0) continue;
            for (; to > 0 && Class(codes[to - 1]) > rank; to--) codes[to] = codes[to - 1];
            codes[to] = code;
        }
        return codes;
    }

    static void Append(List<int> codes, int code)
    {
        int syllable = code - Syllables;
        if (syllable is >= 0 and < SyllableCount)
        {
            codes.Add(Leading + syllable / (VowelCount * TrailingCount));
            codes.Add(Vowels + syllable / TrailingCount % VowelCount);
            if (syllable % TrailingCount != 0) codes.Add(Trailing + syllable % TrailingCount);
        }
        else if (Data.Value.Parts.TryGetValue(code, out (int First, int Second) parts))
        {
            Append(codes, parts.First);
            if (parts.Second != 0) Append(codes, parts.Second);
        }
        else codes.Add(code);
    }

    static List<int> Composed(List<int> codes)
    {
        int starter = -1, kept = 0, before = 0;                            // the base that marks may join; the class of the last code kept
        for (int i = 0; i < codes.Count; i++)
        {
            int code = codes[i], rank = Class(code);
            // a mark is blocked from its base by another one of the same or a higher class between them
            bool next = starter >= 0 && (starter == kept - 1 || before < rank && before != 0);
            if (next && Pair(codes[starter], code) is var joined and not 0)
            {
                codes[starter] = joined;
                continue;
            }
            if (rank == 0) starter = kept;
            before = rank;
            codes[kept++] = code;
        }
        codes.RemoveRange(kept, codes.Count - kept);
        return codes;
    }

    static int Pair(int first, int second)
    {
        if (first - Leading is >= 0 and < 19 && second - Vowels is >= 0 and < VowelCount)
            return Syllables + ((first - Leading) * VowelCount + second - Vowels) * TrailingCount;
        if (first - Syllables is >= 0 and < SyllableCount && (first - Syllables) % TrailingCount == 0 && second - Trailing is > 0 and < TrailingCount)
            return first + second - Trailing;
        return Data.Value.Joined.GetValueOrDefault((first, second));
    }

    static int Class(int code) => code < 0x300 ? 0 : Data.Value.Classes.GetValueOrDefault(code);

    static string Write(List<int> codes)
    {
        StringBuilder text = new(codes.Count);
        foreach (int code in codes) text.Append(code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code));
        return text.ToString();
    }

    sealed class Table
    {
        internal readonly Dictionary<int, (int First, int Second)> Parts = [];
        internal readonly Dictionary<(int First, int Second), int> Joined = [];
        internal readonly Dictionary<int, byte> Classes = [];

        internal Table()
        {
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("CanonicalForms.txt")!;
            using StreamReader reader = new(stream, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0 || line[0] == '#') continue;
                string[] words = line.Split(' ');
                if (line[0] == '@')
                    for (int code = Hex(words[1]); code <= Hex(words[2]); code++)
                        Classes[code] = byte.Parse(words[0].AsSpan(1), CultureInfo.InvariantCulture);
                else
                {
                    (int First, int Second) parts = (Hex(words[1]), words.Length > 2 && words[2] != "!" ? Hex(words[2]) : 0);
                    Parts[Hex(words[0])] = parts;
                    if (words[^1] != "!") Joined[parts] = Hex(words[0]);
                }
            }
        }

        static int Hex(string word) => int.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
