namespace NativeSsl;

/// <summary>Turns text into token ids and back.</summary>
public interface ITokenizer
{
    /// <summary>How many different tokens there are, special ones included; ids run from 0 to one less.</summary>
    int VocabularySize { get; }

    /// <summary>The ids of the special tokens.</summary>
    SpecialTokens Special { get; }

    /// <summary>Whether an id is a special token, which stands for no text.</summary>
    bool IsSpecial(int id);

    /// <summary>Whether a word begins with this token: always for special tokens, and in vocabularies that know no words or mark only their ends.</summary>
    /// <exception cref="IndexException">An id outside the vocabulary.</exception>
    bool BeginsWord(int id);

    /// <summary>The ids of a text. Nothing is added, and no text is taken for a special token: <c>[MASK]</c> is six characters.</summary>
    /// <exception cref="MalformedFileException">A character that the tokenizer does not know, or half of a surrogate pair;
    /// the message names it and its place.</exception>
    int[] Encode(string text);

    /// <summary>The ids of one text, or of two, with the special tokens that the tokenizer's models expect around them, as in <c>[CLS] a [SEP] b [SEP]</c>;
    /// special tokens that are written in the text count as such. So do Hugging Face's tokenizers by default.</summary>
    /// <inheritdoc cref="Encode"/>
    int[] EncodeWithSpecials(string text, string? pair = null);

    /// <summary>The text of ids. Special tokens stand there as they are written; leave them out with <see cref="IsSpecial"/>.</summary>
    /// <exception cref="IndexException">An id outside the vocabulary.</exception>
    string Decode(ReadOnlySpan<int> ids);

    /// <summary>All that is needed to make the same tokenizer again, as JSON on one line.</summary>
    string ToJson();
}
