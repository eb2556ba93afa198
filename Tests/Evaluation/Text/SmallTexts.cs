using System.Text;

namespace NativeSsl.Tests.Evaluation;

/// <summary>A small encoder of letters, and texts whose class can be learned.</summary>
static class SmallTexts
{
    public const int Begin = 30, Separator = 31, Padding = 32, Vocabulary = 33;

    public static readonly TextFrame Marks = new(text => [.. Encoding.ASCII.GetBytes(text).Select(b => b & 31).Take(60)], Begin, Separator, Padding);

    public static Bert Encoder(IBackend? backend = null, ulong seed = 1, float dropout = 0f, int layers = 2, bool trained = true) =>
        new(new Bert.Config { Vocabulary = Vocabulary, Context = 16, Layers = layers, Heads = 2, Width = 16, Dropout = dropout, Epsilon = 1e-6f },
            new Init(backend ?? Table.Cpu, seed, trained));

    public static TextClassifier Classifier(ulong seed = 1, TextPooling pooling = TextPooling.FirstToken, float dropout = 0f, int layers = 2,
        bool trained = true) =>
        new(Encoder(null, seed, dropout, layers, trained), 2, new Init(Table.Cpu, seed + 100), pooling, dropout: dropout);

    /// <summary>Class 1 has an x somewhere, class 0 a y: of letters and lengths that tell nothing else.</summary>
    public static LabelledTexts Letters(int count, ulong seed, Split split = Split.Train)
    {
        var random = new RandomSource(seed, 5);
        string[] texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            char[] letters = [.. Enumerable.Range(0, 3 + random.NextInt(6)).Select(_ => (char)('a' + random.NextInt(8)))];
            letters[random.NextInt(letters.Length)] = i % 2 == 1 ? 'x' : 'y';
            texts[i] = new(letters);
        }
        return new("letters", split, texts, [.. Enumerable.Range(0, count).Select(i => i % 2)], ["y", "x"]);
    }
}
