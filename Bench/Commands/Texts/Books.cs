using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>Gutenberg's books as text encoders read them: one tokenizer for all studies, one book kept apart.</summary>
sealed class Books
{
    /// <summary>The book that no study learns from.</summary>
    public const string HeldOutBook = "Treasure-Island_120.txt";

    const int LongestSentence = 64;

    public Books(MaskedWordsRecipe recipe)
    {
        Documents documents = Documents.Load(Path.Combine(Data, "gutenberg"));
        string file = Path.Combine(Kept, "tokenizer.json");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Kept);
            NativeSsl.Tokenizer.Create(recipe.Tokenizer, documents.Passages().Where(passage => passage.Source != HeldOutBook).Select(passage => passage.Text), recipe.Vocabulary).Save(file);
        }
        Tokenizer = NativeSsl.Tokenizer.Load(file);
        Marks = TextMarks.Of(Tokenizer);
        (Train, HeldOut) = DocumentSet.Divide(TokenStore.InMemory(documents.Passages(), Tokenizer.Encode, LongestSentence), HeldOutBook);
    }

    /// <summary>Where NATIVESSL_DATA says the data sets are.</summary>
    public static string Data => Environment.GetEnvironmentVariable("NATIVESSL_DATA") ?? "data";

    /// <summary>Where studies keep what others build on.</summary>
    public static string Kept { get; } = Path.Combine(Machine.Root, "artifacts", "texts");

    public static CpuBackend Backend { get; } = new(2);

    public ITokenizer Tokenizer { get; }
    public TextMarks Marks { get; }
    public DocumentSet Train { get; }
    public DocumentSet HeldOut { get; }

    /// <summary>How texts become tokens for tasks.</summary>
    public TextFrame Frame => TextFrame.Of(Tokenizer);

    /// <summary>Some texts to learn words from besides: each a document of its own.</summary>
    public DocumentSet Of(IEnumerable<string> texts) =>
        DocumentSet.All(TokenStore.InMemory(texts.Select((text, i) => new Passage("texts", i, text)), Tokenizer.Encode, LongestSentence));
}
