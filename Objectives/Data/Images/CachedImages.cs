namespace NativeSsl;

/// <summary>
/// Keeps images in memory once they have been read, up to a bound; then the one that was not asked for longest makes room.
/// A set that fits is read from its files once; of one ten times as large, a tenth is in memory at any time.
/// </summary>
public sealed class CachedImages : IImageSource
{
    /// <summary>About what the list and the table take for an image, beside its pixels.</summary>
    const int Overhead = 160;

    readonly IImageSource _source;
    readonly Dictionary<int, LinkedListNode<(int Place, byte[] Pixels)>> _held = [];
    readonly LinkedList<(int Place, byte[] Pixels)> _order = [];
    readonly Lock _lock = new();
    readonly long _most;

    /// <param name="source">Where the images come from.</param>
    /// <param name="bytes">How much memory may be used; what has no room for a single image keeps none.</param>
    public CachedImages(IImageSource source, long bytes) =>
        (_source, _most) = (source, Math.Clamp(bytes / (source.Size.Bytes + Overhead), 0, source.Count));

    /// <inheritdoc/>
    public string Name => _source.Name;
    /// <inheritdoc/>
    public int Count => _source.Count;
    /// <inheritdoc/>
    public ImageSize Size => _source.Size;
    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels => _source.Labels;
    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _source.Classes;

    /// <summary>The bytes in use now.</summary>
    public long HeldBytes { get { lock (_lock) return (long)_order.Count * (Size.Bytes + Overhead); } }

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> places, Span<byte> pixels)
    {
        this.CheckRead(places, pixels);
        int size = Size.Bytes;
        List<int> missing = [];
        lock (_lock)
            for (int i = 0; i < places.Length; i++)
                if (_held.TryGetValue(places[i], out LinkedListNode<(int Place, byte[] Pixels)>? node))
                {
                    node.Value.Pixels.CopyTo(pixels[(i * size)..]);
                    _order.Remove(node);
                    _order.AddLast(node);
                }
                else missing.Add(i);
        // Outside of the lock, so that threads wait for each other only while they copy.
        foreach (int i in missing)
        {
            Span<byte> image = pixels.Slice(i * size, size);
            _source.Read(places.Slice(i, 1), image);
            lock (_lock) Keep(places[i], image);
        }
    }

    void Keep(int place, ReadOnlySpan<byte> image)
    {
        if (_most == 0 || _held.ContainsKey(place)) return;
        LinkedListNode<(int Place, byte[] Pixels)> node;
        if (_order.Count < _most) node = new((place, new byte[image.Length]));
        else
        {
            node = _order.First!;
            _order.RemoveFirst();
            _held.Remove(node.Value.Place);
            node.Value = (place, node.Value.Pixels);
        }
        image.CopyTo(node.Value.Pixels);
        _order.AddLast(node);
        _held.Add(place, node);
    }
}
