using System.Text;

namespace NativeSsl;

/// <summary>Training by merging pairs: byte-level BPE and WordPiece.</summary>
public static partial class Tokenizer
{
    /// <summary>
    /// Trains byte-level byte pair encoding (Sennrich et al. 2016, algorithm 1, over the bytes and words of Radford et al. 2019). Any text can be spelled and
    /// comes back exactly. The texts are read once and only their different words are kept.
    /// </summary>
    /// <exception cref="NativeSslException">The vocabulary has no room for 256 bytes and the special tokens.</exception>
    /// <exception cref="MalformedFileException">The texts have no word, or one has half of a surrogate pair.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PieceTokenizer TrainBytePair(IEnumerable<string> texts, TokenizerTraining options)
    {
        SpecialTokenSet set = options.Specials ?? SpecialTokenSet.Roberta;
        options.Check(set, 256 + set.Count(), "byte-level BPE");
        Gpt2Split split = new();
        WordCounts counts = WordCounts.Of(texts, null, split, options);
        List<string> names = [.. set.First(), .. ByteAlphabet.Order.Select(static value => ByteAlphabet.Letter(value).ToString())];
        int[] ids = new int[256];
        foreach ((int value, int place) in ByteAlphabet.Order.Select(static (value, place) => (value, place))) ids[value] = set.First().Length + place;
        int[][] words = [.. counts.Words.Select(word => Array.ConvertAll(Encoding.UTF8.GetBytes(word.Word), value => ids[value]))];
        List<(int Left, int Right)> merges = Merge(names, words, counts, set, options, string.Concat);
        PieceTable pieces = new([.. names, .. set.Last()], "text");
        AddedToken[] added = set.Added(pieces);
        return new PieceTokenizer(new PieceTokenizerParts
        {
            Pieces = pieces, Split = split, Added = added, Template = set.Template(added), Decoder = new ByteLevelDecoder(),
            Model = new BytePairModel(pieces, pieces.Count, [.. merges], "", null, "text"),
        });
    }

    /// <summary>
    /// Trains BERT's WordPiece (Schuster and Nakajima 2012; Devlin et al. 2019). Google never published its trainer; like Hugging Face's
    /// WordPieceTrainer, ours merges the most frequent pair, rather than the one with the highest count(ab) / (count(a) count(b)), which begins
    /// with whatever is rare and always together.
    /// </summary>
    /// <exception cref="NativeSslException">The vocabulary has no room for a character beside the special tokens,
    /// or these have none for the unknown.</exception>
    /// <inheritdoc cref="TrainBytePair"/>
    public static PieceTokenizer TrainWordPiece(IEnumerable<string> texts, TokenizerTraining options)
    {
        SpecialTokenSet set = options.Specials ?? SpecialTokenSet.Bert;
        string unknown = set.Unknown()
            ?? throw new NativeSslException($"Tokenizer: WordPiece needs a token for the unknown, and {set}'s special tokens have none.");
        options.Check(set, set.Count() + 1, "WordPiece");
        BertNormalizer normalizer = new(lowercase: options.Uncased);
        BertSplit split = new();
        WordCounts counts = WordCounts.Of(texts, normalizer, split, options);
        HashSet<Rune> alphabet = Alphabet(counts, options.Alphabet);
        Dictionary<string, int> forms = Forms(counts, alphabet, options.Vocabulary - set.Count(), set.First().Length);
        List<string> names = [.. set.First(), .. forms.OrderBy(static form => form.Value).Select(static form => form.Key)];
        int[][] words = [.. counts.Words.Select(word => Symbols(word.Word, forms))];
        Merge(names, words, counts, set, options, static (left, right) => left + right[WordPieceModel.Continuing.Length..]);
        PieceTable pieces = new([.. names, .. set.Last()], "text");
        AddedToken[] added = set.Added(pieces);
        return new PieceTokenizer(new PieceTokenizerParts
        {
            Pieces = pieces, Normalizer = normalizer, Split = split, Added = added, Template = set.Template(added), Decoder = new WordPieceDecoder(),
            Model = new WordPieceModel(pieces, pieces.Count, SpecialTokenSets.Id(pieces, unknown)),
        });
    }

    static List<(int Left, int Right)> Merge(List<string> names, int[][] words, WordCounts counts, SpecialTokenSet set, TokenizerTraining options,
        Func<string, string, string> join)
    {
        PairMerges merges = new(names, words, [.. counts.Words.Select(static word => word.Count)], set.First().Concat(set.Last()), join);
        merges.Run(options.Vocabulary - set.Last().Length, options.MinimumCount, pieces => counts.Report(pieces));
        counts.Report(names.Count + set.Last().Length, always: true);
        return merges.Merges;
    }

    // The most frequent characters; of equals, the smaller code points.
    internal static HashSet<Rune> Alphabet(WordCounts counts, int size)
    {
        Dictionary<Rune, long> characters = [];
        foreach ((string word, long count) in counts.Words)
            foreach (Rune rune in word.EnumerateRunes()) characters[rune] = characters.GetValueOrDefault(rune) + count;
        return [.. characters.OrderByDescending(static entry => entry.Value).ThenBy(static entry => entry.Key).Take(size).Select(static entry => entry.Key)];
    }

    // Each character as it begins a word and, behind ##, as it goes on; the most frequent forms if there is no room for all. In ordinal order, ## last.
    static Dictionary<string, int> Forms(WordCounts counts, HashSet<Rune> alphabet, int room, int firstId)
    {
        Dictionary<string, long> forms = new(StringComparer.Ordinal);
        foreach ((string word, long count) in counts.Words)
        {
            if (word.EnumerateRunes().Any(rune => !alphabet.Contains(rune))) continue;
            foreach (string form in Forms(word)) forms[form] = forms.GetValueOrDefault(form) + count;
        }
        return forms.OrderByDescending(static entry => entry.Value).ThenBy(static entry => entry.Key, StringComparer.Ordinal).Take(room)
            .Select(static entry => entry.Key)
            .OrderBy(static form => form.Length > 2 && form.StartsWith(WordPieceModel.Continuing, StringComparison.Ordinal))
            .ThenBy(static form => form, StringComparer.Ordinal)
            .Select((form, place) => (form, place)).ToDictionary(static entry => entry.form, entry => firstId + entry.place, StringComparer.Ordinal);
    }

    static IEnumerable<string> Forms(string word)
    {
        bool first = true;
        foreach (Rune rune in word.EnumerateRunes())
        {
            yield return first ? rune.ToString() : WordPieceModel.Continuing + rune;
            first = false;
        }
    }

    // A word with a form that has no piece is unknown as a whole, so it has nothing to teach.
    static int[] Symbols(string word, Dictionary<string, int> forms)
    {
        List<int> symbols = [];
        foreach (string form in Forms(word))
        {
            if (!forms.TryGetValue(form, out int id)) return [];
            symbols.Add(id);
        }
        return [.. symbols];
    }
}
