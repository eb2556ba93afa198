namespace NativeSsl;

/// <summary>
/// A new order of texts for every epoch, in which those of about the same length stand together, or most of a batch would be padding: texts are drawn by chance, those of some batches sorted by length,
/// and the batches of the whole epoch shuffled. Each order is a pure function of seed and epoch.
/// </summary>
/// <param name="lengths">How long each text is.</param>
/// <param name="batch">Texts in a batch.</param>
/// <param name="seed">Decides the order.</param>
sealed class LengthOrder(int[] lengths, int batch, ulong seed)
{
    const ulong Stream = 0xFFFF_F600_0000_0000;

    // Sorted together are so many batches at most, and no more than a part of the epoch: else few texts would always meet the same ones.
    const int Most = 32, Part = 8;

    readonly EpochOrder _drawn = new(lengths.Length, seed);

    sealed record Order(long Epoch, int[] Places);

    Order? _last;                                           // replaced whole, so that threads may share it

    /// <summary>Every place once.</summary>
    public ReadOnlySpan<int> Of(long epoch)
    {
        if (_last is { } last && last.Epoch == epoch) return last.Places;
        int[] places = [.. _drawn.Of(epoch)];
        // A batch goes on from one epoch to the next; here begins the first that is this epoch's alone.
        int first = (int)Math.Min(places.Length, (batch - epoch * places.Length % batch) % batch), batches = (places.Length - first) / batch;
        int together = batch * Math.Clamp(batches / Part, 1, Most);
        int[] own = places[first..(first + batches * batch)];
        for (int start = 0; start < own.Length; start += together)
        {
            int count = Math.Min(together, own.Length - start);
            Span<int> some = own.AsSpan(start, count);
            long[] keys = new long[count];                                          // of the same length in the order they were drawn
            for (int i = 0; i < count; i++) keys[i] = ((long)lengths[some[i]] << 32) | (uint)i;
            keys.AsSpan().Sort(some);
        }
        int[] order = [.. Enumerable.Range(0, batches)];
        new RandomSource(seed, Stream) { Position = (ulong)epoch * (ulong)places.Length }.Shuffle<int>(order);
        for (int i = 0; i < batches; i++) own.AsSpan(order[i] * batch, batch).CopyTo(places.AsSpan(first + i * batch));
        _last = new Order(epoch, places);
        return places;
    }

    /// <summary>The texts of a batch, each with the epoch it is of: batches go on from one epoch to the next.</summary>
    /// <param name="who">Named in errors.</param>
    /// <param name="draw">Which batch.</param>
    /// <exception cref="NativeSslException">The number is negative.</exception>
    public (int Place, long Epoch)[] Batch(string who, long draw)
    {
        if (draw < 0) throw new NativeSslException($"{who}: draw {draw}; draws are counted from zero.");
        var drawn = new (int, long)[batch];
        for (int i = 0; i < batch; i++)
        {
            long epoch = Math.DivRem(draw * batch + i, lengths.Length, out long place);
            drawn[i] = (Of(epoch)[(int)place], epoch);
        }
        return drawn;
    }
}
