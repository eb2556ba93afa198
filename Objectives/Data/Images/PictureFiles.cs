using System.IO.Compression;

namespace NativeSsl;

/// <summary>The PNG and JPEG files of a folder, or of a zip archive, and of what is in it.</summary>
abstract class PictureFiles
{
    /// <summary>Longer files are refused: a picture of the largest size that is decoded takes less.</summary>
    protected const int MaxBytes = 1 << 28;

    const int MaxDepth = 8;

    /// <summary>The folder or archive.</summary>
    internal abstract string Name { get; }

    /// <summary>The files, below it, in the order of their names; with slashes, whatever the platform.</summary>
    internal abstract IReadOnlyList<string> Paths { get; }

    /// <summary>A file's content. Safe from several threads.</summary>
    /// <exception cref="MalformedFileException">It cannot be read.</exception>
    internal abstract byte[] Read(int file);

    /// <summary>What errors call a file.</summary>
    internal string NameOf(int file) => $"{Name}/{Paths[file]}";

    /// <exception cref="MalformedFileException">It cannot be read, or has no pictures.</exception>
    internal static PictureFiles Open(string path)
    {
        PictureFiles files = Directory.Exists(path) ? new InFolder(path) : new InArchive(path);
        return files.Paths.Count > 0 ? files
            : throw new MalformedFileException(path, "there are no pictures in it; files that end in .png, .jpg or .jpeg are looked for.");
    }

    static bool IsPicture(string path)
    {
        bool hidden = path.Split('/').Any(static part => part.StartsWith('.') || part == "__MACOSX");
        return !hidden && Path.GetExtension(path).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg";
    }

    sealed class InFolder : PictureFiles
    {
        internal InFolder(string folder)
        {
            Name = folder;
            EnumerationOptions options = new() { RecurseSubdirectories = true, MaxRecursionDepth = MaxDepth, IgnoreInaccessible = false };
            try
            {
                Paths = [.. Directory.EnumerateFiles(folder, "*", options)
                    .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'))
                    .Where(IsPicture).Order(StringComparer.Ordinal)];
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new MalformedFileException(folder, $"it cannot be listed: {error.Message}", error);
            }
        }

        internal override string Name { get; }
        internal override IReadOnlyList<string> Paths { get; }

        internal override byte[] Read(int file)
        {
            using FileStream stream = WholeFile.Open(Path.Combine(Name, Paths[file]));
            if (stream.Length > MaxBytes)
                throw new MalformedFileException(NameOf(file), $"it has {stream.Length} bytes; pictures of at most {MaxBytes} are read.");
            byte[] bytes = new byte[stream.Length];
            try { stream.ReadExactly(bytes); }
            catch (IOException error)
            {
                throw new MalformedFileException(NameOf(file), $"it cannot be read: {error.Message}", error);
            }
            return bytes;
        }
    }

    sealed class InArchive : PictureFiles
    {
        /// <summary>What deflate can make of a byte at most.</summary>
        const int MaxRatio = 1032;

        // they keep their archive open as long as they are in use
        readonly ZipArchiveEntry[] _entries;
        // an archive has one position, so one thread reads at a time
        readonly Lock _lock = new();

        internal InArchive(string path)
        {
            Name = path;
            FileStream stream = WholeFile.Open(path);
            try
            {
                ZipArchive archive = new(stream, ZipArchiveMode.Read);
                _entries = [.. archive.Entries.Where(static entry => IsPicture(entry.FullName))
                    .OrderBy(static entry => entry.FullName, StringComparer.Ordinal)];
            }
            catch (Exception error) when (error is InvalidDataException or IOException or ArgumentException or NotSupportedException)
            {
                stream.Dispose();
                throw new MalformedFileException(path,
                    $"it is no zip archive that can be read: {error.Message} Fetch it again, or test it with unzip -t.", error);
            }
            Paths = Array.ConvertAll(_entries, static entry => entry.FullName);
        }

        internal override string Name { get; }
        internal override IReadOnlyList<string> Paths { get; }

        internal override byte[] Read(int file)
        {
            ZipArchiveEntry entry = _entries[file];
            if (entry.Length > MaxBytes || entry.Length / MaxRatio > entry.CompressedLength)
                throw new MalformedFileException(NameOf(file), $"it claims {entry.Length} bytes, packed into {entry.CompressedLength}; " +
                    $"pictures of at most {MaxBytes} are read, and nothing shrinks to less than a {MaxRatio}th.");
            byte[] bytes = new byte[entry.Length];
            try
            {
                lock (_lock)
                {
                    using Stream stream = entry.Open();
                    stream.ReadExactly(bytes);
                }
            }
            catch (Exception error) when (error is InvalidDataException or IOException or NotSupportedException)
            {
                throw new MalformedFileException(NameOf(file), $"it cannot be unpacked: {error.Message} Fetch the archive again.", error);
            }
            return bytes;
        }
    }
}
