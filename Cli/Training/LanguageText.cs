using System.Text;

namespace NativeSsl.Cli.Training;

/// <summary>
/// A text as a language model reads it: tokens to learn from, and tokens kept apart. A file is one text, whose last tenth is kept apart; a folder is a corpus of a document a file, each with the
/// tokenizer's mark of an end behind it, if it has one.
/// </summary>
sealed class LanguageText
{
    readonly Lazy<(long Bytes, long Characters)> _heldOutSize;

    LanguageText(string name, ITokenizer tokenizer, int[] train, int[] heldOut, byte[] fingerprint, Func<IEnumerable<string>> heldOutTexts)
    {
        (Name, Tokenizer, Train, HeldOut, Fingerprint) = (name, tokenizer, train, heldOut, fingerprint);
        _heldOutSize = new(() => heldOutTexts().Aggregate((0L, 0L), (size, text) => (size.Item1 + Encoding.UTF8.GetByteCount(text), size.Item2 + text.EnumerateRunes().Count())));
    }

    internal string Name { get; }
    internal ITokenizer Tokenizer { get; }
    internal int[] Train { get; }
    internal int[] HeldOut { get; }
    internal byte[] Fingerprint { get; }

    /// <summary>How many bytes of UTF-8 the text kept apart has.</summary>
    internal long HeldOutBytes => _heldOutSize.Value.Bytes;

    /// <summary>How many characters the text kept apart has.</summary>
    internal long HeldOutCharacters => _heldOutSize.Value.Characters;

    /// <summary>The token behind each document; null if the tokenizer has none.</summary>
    internal int? End => EndOf(Tokenizer);

    /// <summary>A text, and a tokenizer that has learned from the part to learn from alone.</summary>
    internal static LanguageText New(TextRecipe recipe, Terminal terminal) => Read(recipe, recipe.Data, null, terminal);

    /// <summary>A text, and the tokenizer of a run; another text than the run's own if one is named.</summary>
    internal static LanguageText Load(TextRecipe recipe, string directory, Terminal terminal, string? data) =>
        Read(recipe, data ?? recipe.Data, NativeSsl.Tokenizer.Load(Path.Combine(directory, "tokenizer.json")), terminal);

    static LanguageText Read(TextRecipe recipe, string data, ITokenizer? tokenizer, Terminal terminal) =>
        Directory.Exists(data) ? OfFolder(recipe, data, tokenizer, terminal) : OfFile(recipe, data, tokenizer);

    static LanguageText OfFile(TextRecipe recipe, string data, ITokenizer? tokenizer)
    {
        if (data == recipe.Data && recipe.HeldOut is not (DocumentSet.LastTenth or DocumentSet.Last))
            throw new NativeSslException($"heldOut is '{recipe.HeldOut}', but {data} is a single text, not a folder of files. Choose \"{DocumentSet.LastTenth}\".");
        TextCorpus corpus = TextCorpus.Load(data);
        tokenizer ??= corpus.NewTokenizer(recipe.Tokenizer, recipe.Vocabulary);
        return new(data, tokenizer, tokenizer.Encode(corpus.Train), tokenizer.Encode(corpus.Validation), Encoding.UTF8.GetBytes(corpus.Text), () => [corpus.Validation]);
    }

    static LanguageText OfFolder(TextRecipe recipe, string data, ITokenizer? tokenizer, Terminal terminal)
    {
        var divided = new DividedDocuments(Documents.Load(data).InLines(), recipe.HeldOut);
        tokenizer ??= WatchedReading.Tokenizer(divided, recipe.Tokenizer, recipe.Vocabulary, terminal);
        using TokenStore store = WatchedReading.Tokens(divided.Documents, tokenizer, int.MaxValue, terminal);
        (DocumentSet train, DocumentSet heldOut) = divided.Divide(store);
        int? end = EndOf(tokenizer);
        return new(data, tokenizer, train.Tokens(end), heldOut.Tokens(end), Encoding.ASCII.GetBytes(store.Fingerprint), () => divided.HeldOut().Select(passage => passage.Text));
    }

    static int? EndOf(ITokenizer tokenizer) => tokenizer.Special.End ?? tokenizer.Special.Separator;
}
