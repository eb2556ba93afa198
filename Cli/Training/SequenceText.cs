using System.Security.Cryptography;
using System.Runtime.InteropServices;

namespace NativeSsl.Cli.Training;

/// <summary>A corpus as T5 reads it: what is trained on and what is kept apart, each a row of tokens, a document behind the other.</summary>
sealed class SequenceText
{
    SequenceText(SpanCorruptionRecipe recipe, Corpus corpus, ITokenizer tokenizer)
    {
        (Name, Frame) = (corpus.Documents.Name, new SequenceFrame(tokenizer, recipe.Sentinels));
        (Train, HeldOut) = (Tokens(corpus.Train), Tokens(corpus.HeldOut));
        int window = recipe.Corruption(Frame).RawLength(recipe.Context);
        foreach ((string what, int[] tokens) in new[] { ("training text", Train), ("text that is kept apart", HeldOut) })
            if (tokens.Length < window)
                throw new NativeSslException($"{Name}: the {what} has {tokens.Length} tokens, fewer than the {window} of a window; give more text, or a context smaller than {recipe.Context}.");

        int[] Tokens(IEnumerable<string> sentences) => [.. sentences.SelectMany(tokenizer.Encode)];
    }

    internal string Name { get; }
    internal SequenceFrame Frame { get; }
    internal int[] Train { get; }
    internal int[] HeldOut { get; }

    /// <summary>Tells these tokens from others.</summary>
    internal byte[] Fingerprint => [.. SHA256.HashData(MemoryMarshal.AsBytes<int>(Train)), .. SHA256.HashData(MemoryMarshal.AsBytes<int>(HeldOut))];

    /// <summary>A text, and a tokenizer that has learned from its training part only.</summary>
    internal static SequenceText New(SpanCorruptionRecipe recipe)
    {
        var corpus = new Corpus(recipe, recipe.Data);
        return new(recipe, corpus, NewTokenizer(recipe, corpus.Train, corpus.HeldOut));
    }

    /// <summary>A text, and the tokenizer of a run.</summary>
    internal static SequenceText Load(SpanCorruptionRecipe recipe, string directory, string? data) =>
        new(recipe, new Corpus(recipe, data ?? recipe.Data), Tokenizer.Load(Path.Combine(directory, "tokenizer.json")));

    /// <summary>A tokenizer for texts. Pieces are learned from what is trained on; an alphabet says nothing of a text, and characters that it lacks could not be read at all.</summary>
    internal static ITokenizer NewTokenizer(SequenceRecipe recipe, IEnumerable<string> train, IEnumerable<string> heldOut) =>
        Tokenizer.Create(recipe.Tokenizer, recipe.Tokenizer == "character" ? train.Concat(heldOut) : train, recipe.Vocabulary);

    /// <summary>Sentences, divided. Tokenizers that do not mark where a word begins are given the space between two sentences.</summary>
    sealed class Corpus
    {
        readonly bool[] _heldOut;
        readonly string _space;

        internal Corpus(SpanCorruptionRecipe recipe, string data)
        {
            (Documents, _space) = (Documents.Load(data), recipe.Tokenizer is "unigram" or "wordpiece" ? "" : " ");
            // A token for each sentence: where documents end is known before there is a tokenizer.
            TokenStore sentences = TokenStore.InMemory(Documents.Passages(), _ => [0]);
            _heldOut = new bool[sentences.SegmentCount];
            foreach ((int first, int end) in DocumentSet.Divide(sentences, recipe.HeldOut).HeldOut.Documents) _heldOut.AsSpan(first..end).Fill(true);
        }

        internal Documents Documents { get; }
        internal IEnumerable<string> Train => Part(false);
        internal IEnumerable<string> HeldOut => Part(true);

        IEnumerable<string> Part(bool heldOut) => Documents.Passages().Where((_, place) => _heldOut[place] == heldOut).Select(passage => _space + passage.Text);
    }
}
