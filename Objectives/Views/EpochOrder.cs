namespace NativeSsl;

/// <summary>A new order of a set for every epoch: each of them a pure function of seed and epoch.</summary>
sealed class EpochOrder(int count, ulong seed)
{
    const ulong Stream = 0xFFFF_FB00_0000_0000;

    sealed record Order(long Epoch, int[] Places);

    Order? _last;                                           // replaced whole, so that threads may share it

    /// <summary>Every place once.</summary>
    public ReadOnlySpan<int> Of(long epoch)
    {
        if (_last is { } last && last.Epoch == epoch) return last.Places;
        int[] places = [.. Enumerable.Range(0, count)];
        new RandomSource(seed, Stream) { Position = (ulong)epoch * (ulong)count }.Shuffle<int>(places);
        _last = new Order(epoch, places);
        return places;
    }
}
