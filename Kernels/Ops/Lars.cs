namespace NativeSsl.Kernels;

/// <summary>A team to each piece of a tensor, for the two norms.</summary>
static class LarsNormKernels<T> where T : struct, ITeam
{
    public static void Pieces(Floats values, Floats gradients, Floats sums, LarsScalars scalars, Floats factor, long count, int elementsOfPiece)
    {
        float ofValues = 0f, ofDirection = 0f;
        long start = (long)Grid.IdxX * elementsOfPiece, end = start + elementsOfPiece < count ? start + elementsOfPiece : count;
        for (long i = start + Group.IdxX; i < end; i += Group.DimX)
        {
            float d = LarsFormula.Direction(new Scalar(gradients[i] * factor[0]), new Scalar(values[i]), scalars).Value;
            ofValues += values[i] * values[i];
            ofDirection += d * d;
        }
        ofValues = Team.Sum<T>(ofValues);
        ofDirection = Team.Sum<T>(ofDirection);
        if (Group.IdxX > 0) return;
        sums[2 * Grid.IdxX] = ofValues;
        sums[2 * Grid.IdxX + 1] = ofDirection;
    }
}

/// <summary>One thread turns norms into the tensor's rate; then one thread for each element.</summary>
static class LarsKernels
{
    public static void OwnRate(Floats sums, Floats rate, LarsScalars scalars, int pieces)
    {
        if (Grid.GlobalLinearIndex > 0) return;
        float ofValues = 0f, ofDirection = 0f;
        for (int piece = 0; piece < pieces; piece++)
        {
            ofValues += sums[2 * piece];
            ofDirection += sums[2 * piece + 1];
        }
        bool adapts = scalars.Trust != 0f && ofValues > 0f && ofDirection > 0f;
        rate[0] = adapts ? scalars.Rate * scalars.Trust * MathF.Sqrt(ofValues / ofDirection) : scalars.Rate;
    }

    public static void Update(Floats values, Floats gradients, Floats velocities, Floats rate, LarsScalars scalars, Floats factor, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count || factor[0] == 0f) return;
        Scalar velocity = new(velocities[i]), value = new(values[i]);
        LarsFormula.Update(new Scalar(gradients[i] * factor[0]), ref velocity, ref value, new Scalar(rate[0]), scalars);
        velocities[i] = velocity.Value;
        values[i] = value.Value;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Lars(Tensor values, Tensor gradients, Tensor velocities, LarsScalars scalars, Tensor? factor = null)
    {
        long count = values.Shape.Count;
        int pieces = scalars.Trust == 0f ? 0 : PiecesOf(count);
        Tensor sums = Tensor.Empty(this, [2 * pieces + 1]), rate = Tensor.Empty(this, [1]);
        if (pieces > 0) Launch(_hasWarps ? LarsNormKernels<WarpTeam>.Pieces : LarsNormKernels<SharedTeam>.Pieces, Teams(pieces, Math.Min(count, ElementsOfPiece)),
            View(values), View(gradients), View(sums), scalars, FactorOf(factor), count, ElementsOfPiece);
        Launch(LarsKernels.OwnRate, 1, View(sums), View(rate), scalars, pieces);
        Launch(LarsKernels.Update, count, View(values), View(gradients), View(velocities), View(rate), scalars, FactorOf(factor), count);
    }
}
