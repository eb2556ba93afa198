using System.Security.Cryptography;
using System.Text;

namespace NativeSsl;

/// <summary>
/// From documents to tokens: a small corpus in memory, a large one in a file that the next run finds again. The file's name is a hash of the tokenizer
/// and of names, sizes and times of the corpus's files.
/// </summary>
/// <param name="folder">Where such files go.</param>
/// <param name="memoryBytes">Up to this size of text, tokens stay in memory.</param>
public sealed class TokenCache(string folder, long memoryBytes = 32 << 20)
{
    /// <summary>The cache of this user, in the system's folder for temporary files.</summary>
    public static TokenCache Default => new(Path.Combine(Path.GetTempPath(), "nativessl-tokens"));

    /// <summary>The tokens of a corpus.</summary>
    /// <param name="documents">The corpus.</param>
    /// <param name="tokenizer">Makes the tokens.</param>
    /// <param name="longest">A longer sentence is cut into pieces of so many tokens.</param>
    /// <param name="progress">Told how many bytes of text have been read, unless the file was found.</param>
    /// <exception cref="MalformedFileException">The text cannot be read.</exception>
    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public TokenStore Read(Documents documents, ITokenizer tokenizer, int longest, IProgress<long>? progress = null)
    {
        if (documents.Bytes <= memoryBytes) return TokenStore.InMemory(documents.Passages(progress), tokenizer.Encode, longest);
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{longest} {tokenizer.ToJson()} {documents.Identity}")));
        string path = Path.Combine(folder, $"{key[..32]}.tokens");
        if (File.Exists(path))
            try { return TokenStore.Open(path); }
            catch (MalformedFileException) { }                              // it is made anew
        try { Directory.CreateDirectory(folder); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(folder, $"the folder for tokens cannot be made: {error.Message}", error);
        }
        return TokenStore.Write(path, documents.Passages(progress), tokenizer.Encode, longest);
    }
}
