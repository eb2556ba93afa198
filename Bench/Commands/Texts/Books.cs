using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>A corpus as text encoders read it: Gutenberg's books, alone or with all other English text at hand; one tokenizer for all studies of a corpus, one book kept apart.</summary>
sealed class Books
{
    /// <summary>The book that no study learns from.</summary>
    public const string HeldOutBook = "Treasure-Island_120.txt";

    const int LongestSentence = 64;

    /// <summary>The books alone.</summary>
    public Books(MaskedWordsRecipe recipe) : this(recipe, "books", []) { }

    Books(MaskedWordsRecipe recipe, string name, IEnumerable<Passage> others)
    {
        Name = name;
        IEnumerable<Passage> passages = Documents.Load(Path.Combine(Data, "gutenberg")).Passages().Concat(others);
        string file = Path.Combine(Kept, name + "-tokenizer.json");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Kept);
            NativeSsl.Tokenizer.Create(recipe.Tokenizer, passages.Where(passage => passage.Source != HeldOutBook).Select(passage => passage.Text), recipe.Vocabulary).Save(file);
        }
        Tokenizer = NativeSsl.Tokenizer.Load(file);
        Marks = TextMarks.Of(Tokenizer);
        (Train, HeldOut) = DocumentSet.Divide(TokenStore.InMemory(passages, Tokenizer.Encode, LongestSentence), HeldOutBook);
    }

    /// <summary>The books and all other English text at hand, from training splits only and without what anyone said about it.</summary>
    public static Books AndOthers(MaskedWordsRecipe recipe) => new(recipe, "all", OtherTexts.All());

    /// <summary>Where NATIVESSL_DATA says the data sets are.</summary>
    public static string Data => Environment.GetEnvironmentVariable("NATIVESSL_DATA") ?? "data";

    /// <summary>Where studies keep what others build on.</summary>
    public static string Kept { get; } = Path.Combine(Machine.Root, "artifacts", "texts");

    public static CpuBackend Backend { get; } = new(2);

    public string Name { get; }
    public ITokenizer Tokenizer { get; }
    public TextMarks Marks { get; }
    public DocumentSet Train { get; }
    public DocumentSet HeldOut { get; }

    /// <summary>Where the weights of the encoder of this corpus are kept.</summary>
    public string Weights => Path.Combine(Kept, Name + ".safetensors");

    /// <summary>The corpus, if the command that trains its encoder has been run.</summary>
    /// <exception cref="NativeSslException">It has not.</exception>
    public static Books WithEncoder(Books books, string command) => File.Exists(books.Weights) ? books
        : throw new NativeSslException($"{books.Weights}: there is no encoder yet; it comes from: dotnet run -c Release --project Bench -- {command}");

    /// <summary>How texts become tokens for tasks.</summary>
    public TextFrame Frame => TextFrame.Of(Tokenizer);

    /// <summary>Some texts to learn words from besides: each a document of its own.</summary>
    public DocumentSet Of(IEnumerable<string> texts) =>
        DocumentSet.All(TokenStore.InMemory(texts.Select((text, i) => new Passage("texts", i, text)), Tokenizer.Encode, LongestSentence));

    /// <summary>Pairs of texts: each pair a document of two segments.</summary>
    public DocumentSet Of(TextPairs pairs) => DocumentSet.All(TokenStore.InMemory(Enumerable.Range(0, pairs.Count)
        .SelectMany(i => new[] { new Passage(pairs.Name, i, pairs.Firsts[i]), new Passage(pairs.Name, i, pairs.Seconds[i]) }), Tokenizer.Encode));
}
