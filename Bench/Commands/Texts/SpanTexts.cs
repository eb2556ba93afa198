namespace NativeSsl.Bench.Commands.Texts;

/// <summary>What T5 learns from: all English text at hand, and French sentences in an order that says nothing about their translations; and what is kept apart.</summary>
sealed class SpanTexts
{
    // French sentences are few beside the English text: each comes so many times (section 3.5.2 of the paper mixes languages and tasks by rates likewise).
    public const int FrenchRepeated = 3;

    readonly string[] _english, _french, _book, _sentences;

    /// <param name="seed">Decides the order of the French sentences.</param>
    public SpanTexts(ulong seed)
    {
        TextParts<TextPairs> pairs = Tatoeba.Read(Path.Combine(Books.Data, "tatoeba_eng_fra", "eng-fra.tsv"));
        Passage[] books = [.. Documents.Load(Path.Combine(Books.Data, "gutenberg")).Passages()];
        _english = [.. books.Where(passage => passage.Source != Books.HeldOutBook).Concat(OtherTexts.All()).Select(passage => passage.Text)];
        _french = [.. pairs.Train.Seconds.Distinct()];
        new RandomSource(seed, 0).Shuffle<string>(_french);
        _book = [.. books.Where(passage => passage.Source == Books.HeldOutBook).Select(passage => passage.Text)];
        _sentences = [.. pairs.Validation.Seconds.Distinct()];
    }

    /// <summary>Every text to learn from once: for a tokenizer.</summary>
    public IEnumerable<string> Train => _english.Concat(_french);

    /// <summary>The tokens to learn from.</summary>
    public int[] TrainTokens(SequenceFrame frame) => [.. Tokens(frame, _english), .. Enumerable.Repeat(Tokens(frame, _french), FrenchRepeated).SelectMany(tokens => tokens)];

    /// <summary>The tokens of the book that no study learns from.</summary>
    public int[] BookTokens(SequenceFrame frame) => Tokens(frame, _book);

    /// <summary>The tokens of French sentences of the validation part.</summary>
    public int[] SentenceTokens(SequenceFrame frame) => Tokens(frame, _sentences);

    static int[] Tokens(SequenceFrame frame, IEnumerable<string> texts) => [.. texts.SelectMany(frame.Tokenizer.Encode)];
}
