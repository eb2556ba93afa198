using System.Security.Cryptography;
using System.Runtime.InteropServices;

namespace NativeSsl.Cli.Training;

/// <summary>A corpus as T5 reads it: what is trained on and what is kept apart, each a row of tokens, a document behind the other.</summary>
sealed class SequenceText
{
    SequenceText(SpanCorruptionRecipe recipe, DividedDocuments divided, ITokenizer tokenizer)
    {
        (Name, Frame) = (divided.Documents.Name, new SequenceFrame(tokenizer, recipe.Sentinels));
        // Tokenizers that do not mark where a word begins are given the space between two sentences.
        string space = recipe.Tokenizer is "unigram" or "wordpiece" ? "" : " ";
        (Train, HeldOut) = (Tokens(divided.Training()), Tokens(divided.HeldOut()));
        int window = recipe.Corruption(Frame).RawLength(recipe.Context);
        foreach ((string what, int[] tokens) in new[] { ("training text", Train), ("text that is kept apart", HeldOut) })
            if (tokens.Length < window)
                throw new NativeSslException($"{Name}: the {what} has {tokens.Length} tokens, fewer than the {window} of a window; give more text, or a context smaller than {recipe.Context}.");

        int[] Tokens(IEnumerable<Passage> sentences) => [.. sentences.SelectMany(sentence => tokenizer.Encode(space + sentence.Text))];
    }

    internal string Name { get; }
    internal SequenceFrame Frame { get; }
    internal int[] Train { get; }
    internal int[] HeldOut { get; }

    /// <summary>Tells these tokens from others.</summary>
    internal byte[] Fingerprint => [.. SHA256.HashData(MemoryMarshal.AsBytes<int>(Train)), .. SHA256.HashData(MemoryMarshal.AsBytes<int>(HeldOut))];

    /// <summary>A text, and a tokenizer that has learned from its training part only.</summary>
    internal static SequenceText New(SpanCorruptionRecipe recipe, Terminal terminal)
    {
        DividedDocuments divided = Divided(recipe, recipe.Data);
        return new(recipe, divided, WatchedReading.Tokenizer(divided, recipe.Tokenizer, recipe.Vocabulary, terminal));
    }

    /// <summary>A text, and the tokenizer of a run.</summary>
    internal static SequenceText Load(SpanCorruptionRecipe recipe, string directory, string? data) =>
        new(recipe, Divided(recipe, data ?? recipe.Data), Tokenizer.Load(Path.Combine(directory, "tokenizer.json")));

    static DividedDocuments Divided(SpanCorruptionRecipe recipe, string data) => new(Documents.Load(data), recipe.HeldOut);
}
