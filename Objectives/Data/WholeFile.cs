namespace NativeSsl;

/// <summary>Small files, read at once.</summary>
static class WholeFile
{
    /// <summary>All bytes of a file.</summary>
    /// <exception cref="MalformedFileException">It cannot be read.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new MalformedFileException(path, $"it cannot be read: {error.Message}", error);
        }
    }
}
