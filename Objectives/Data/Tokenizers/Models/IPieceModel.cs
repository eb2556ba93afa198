using System.Text.Json;

namespace NativeSsl;

/// <summary>Spells a word in pieces of the vocabulary.</summary>
interface IPieceModel
{
    /// <summary>What stands for what cannot be spelled; null if there is nothing of the kind.</summary>
    int? Unknown { get; }

    /// <summary>Appends the ids of a word's pieces.</summary>
    void Spell(ReadOnlySpan<char> word, List<int> ids);

    /// <summary>Itself, as the value of the field <c>model</c> of Hugging Face's <c>tokenizer.json</c>.</summary>
    void Write(Utf8JsonWriter json);
}
