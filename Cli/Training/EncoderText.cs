using System.Text;

namespace NativeSsl.Cli.Training;

/// <summary>A corpus as a text encoder reads it: documents, tokenizer, marks, and what is kept apart.</summary>
sealed class EncoderText
{
    // Two documents at least are kept apart where a text from another one is needed.
    EncoderText(EncoderRecipe recipe, Documents documents, ITokenizer tokenizer)
    {
        (Documents, Tokenizer, Marks) = (documents, tokenizer, MarksOf(tokenizer));
        Store = TokenCache.Default.Read(documents, tokenizer, Math.Max(4, recipe.Context / 2));
        int least = recipe.Pairs == "next" ? 2 : 1;
        (Train, HeldOut) = DocumentSet.Divide(Store, recipe.HeldOut, least);
        if (recipe is MaskedWordsRecipe && HeldOut.Documents.Count < least)
            throw new NativeSslException($"heldOut is '{recipe.HeldOut}', which keeps {HeldOut.Documents.Count} of {Store.DocumentCount} documents apart; to ask whether a text "
                + $"comes from another document, two are needed. Choose \"{DocumentSet.LastTenth}\", give more documents, or set pairs to \"none\".");
    }

    internal Documents Documents { get; }
    internal ITokenizer Tokenizer { get; }
    internal TextMarks Marks { get; }
    internal TokenStore Store { get; }
    internal DocumentSet Train { get; }
    internal DocumentSet HeldOut { get; }

    /// <summary>A text, and a tokenizer made for it.</summary>
    internal static EncoderText New(EncoderRecipe recipe)
    {
        Documents documents = Documents.Load(recipe.Data);
        return new(recipe, documents, NewTokenizer(recipe, documents));
    }

    /// <summary>A text, and the tokenizer of a run.</summary>
    internal static EncoderText Load(EncoderRecipe recipe, string directory, string? data = null) =>
        new(recipe, Documents.Load(data ?? recipe.Data), NativeSsl.Tokenizer.Load(Path.Combine(directory, "tokenizer.json")));

    static ITokenizer NewTokenizer(EncoderRecipe recipe, Documents documents)
    {
        SortedSet<Rune> characters = [];
        if (recipe.Tokenizer == "character")
            foreach (Passage passage in documents.Passages()) characters.UnionWith(passage.Text.EnumerateRunes());
        return NativeSsl.Tokenizer.Create(recipe.Tokenizer, string.Concat(characters));
    }

    static TextMarks MarksOf(ITokenizer tokenizer) => TextMarks.After(tokenizer.VocabularySize);

    /// <summary>Tokens as people read them; a mark by its name.</summary>
    internal string Show(int token) => token == Marks.Mask ? "[MASK]" : Marks.IsSpecial(token) ? $"[{token}]" : Tokenizer.Decode([token]);

    /// <summary>A text as a sample, its end cut off where it is too long.</summary>
    internal TextSample Sample(string text, int context)
    {
        int[] tokens = Tokenizer.Encode(text);
        return TextSample.Of(Marks, tokens.AsSpan(0, Math.Min(tokens.Length, context - 2)));
    }
}
