using System.Text;

namespace NativeSsl;

/// <summary>Writing tokenizers of any kind.</summary>
public static class TokenizerSaving
{
    /// <summary>Writes a tokenizer file, whole or not at all.</summary>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public static void Save(this ITokenizer tokenizer, string path) =>
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(tokenizer.ToJson() + "\n"));
}
