namespace NativeSsl;

/// <summary>Labelled places in an endless order: one shuffled round after the other, so that every batch is full.</summary>
sealed class LabelledOrder(int[] places, int batch, ulong seed)
{
    int[] _round = [];
    long _number = -1;

    /// <summary>How many places a step gets.</summary>
    internal int Batch => batch;

    /// <summary>The places of a step; steps are asked for in order.</summary>
    internal int[] At(long step)
    {
        int[] some = new int[batch];
        for (int i = 0; i < batch; i++)
        {
            (long round, long place) = Math.DivRem(step * batch + i, places.Length);
            if (round != _number)
            {
                _round = [.. places];
                new RandomSource(seed, (ulong)round).Shuffle<int>(_round);
                _number = round;
            }
            some[i] = _round[place];
        }
        return some;
    }
}
