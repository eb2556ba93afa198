namespace NativeSsl;

/// <summary>
/// Sets of images of any size, as a folder of safetensors files with an index: each file holds some thousand images as <c>images</c>
/// (U8 <c>[count, height, width, channels]</c>) and their <c>labels</c> (I64 <c>[count]</c>), with checksums. Other programs read them too.
/// </summary>
/// <example><code>
/// ImageShards.Write(ImageFolder.Open("photos", new ImageSize(64, 64, 3)), "photos-64", imagesPerShard: 4096);
/// IImageSource photos = ImageShards.Open("photos-64", cacheBytes: 500_000_000);
/// </code></example>
public static class ImageShards
{
    internal const string Images = "images", Labels = "labels";

    /// <summary>Writes a set. Every file is written whole or not at all, and the index last: a folder with one is complete.</summary>
    /// <param name="source">The set; a shard of it is in memory at a time.</param>
    /// <param name="folder">Where it goes; made if it does not exist.</param>
    /// <param name="imagesPerShard">How many images a file holds; the last one holds what is left.</param>
    /// <exception cref="FileWriteException">The disk is full, or the folder may not be written to.</exception>
    /// <exception cref="NativeSslException">A set is there already, the source is empty, or a shard would pass two gigabytes.</exception>
    public static void Write(IImageSource source, string folder, int imagesPerShard)
    {
        if (source.Count == 0) throw new NativeSslException($"ImageShards: {source.Name} has no images.");
        if (imagesPerShard < 1 || (long)Math.Min(imagesPerShard, source.Count) * source.Size.Bytes > Array.MaxLength)
            throw new NativeSslException($"ImageShards: {imagesPerShard} images of {source.Size.Bytes} bytes in a shard; from 1 to " +
                $"{Array.MaxLength / source.Size.Bytes} have room in one.");
        string indexFile = Path.Combine(folder, ShardIndex.FileName);
        if (Path.Exists(indexFile))
            throw new NativeSslException($"ImageShards: there is a set in {folder} already. Delete it, or choose another folder.");
        CreateFolder(folder);
        ShardIndex index = new(source.Name, source.Size, source.Count, imagesPerShard, source.Labels is not null, source.Classes);
        byte[] pixels = new byte[Math.Min(imagesPerShard, source.Count) * source.Size.Bytes];
        for (int shard = 0; shard < index.Shards.Count; shard++)
        {
            int first = shard * imagesPerShard, count = index.ImagesOf(shard);
            source.Read([.. Enumerable.Range(first, count)], pixels);
            List<SafetensorsItem> items = [SafetensorsItem.FromBytes(Images, SafetensorsType.UInt8,
                [count, source.Size.Height, source.Size.Width, source.Size.Channels], pixels.AsMemory(0, count * source.Size.Bytes))];
            if (source.Labels is { } labels)
                items.Add(SafetensorsItem.From(Labels, [count], Enumerable.Range(first, count).Select(i => (long)labels[i]).ToArray()));
            SafetensorsWriter.Write(Path.Combine(folder, index.Shards[shard]), items);
        }
        AtomicFile.Write(indexFile, index.ToJson());
    }

    /// <summary>Opens a set that <see cref="Write"/> wrote. The headers and labels of all files are read; images when they are asked for.
    /// A file is held against its checksums when the first image of it is.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="cacheBytes">How much memory may be used to keep images in.</param>
    /// <exception cref="MalformedFileException">There is no index, or a file is missing, damaged, a link, or contradicts it.</exception>
    public static CachedImages Open(string folder, long cacheBytes = 1L << 28) => new(new ShardedImages(folder), cacheBytes);

    static void CreateFolder(string folder)
    {
        try { Directory.CreateDirectory(folder); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(folder, $"the folder cannot be made: {error.Message}", error);
        }
    }
}
