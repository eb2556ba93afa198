namespace NativeSsl;

/// <summary>Small files, read at once; and large ones, opened.</summary>
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

    /// <summary>A file, open for reading.</summary>
    /// <exception cref="MalformedFileException">It cannot be read.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new MalformedFileException(path, $"it cannot be read: {error.Message}", error);
        }
    }
}
