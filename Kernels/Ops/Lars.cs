namespace NativeSsl.Kernels;

/// <summary>What is known of a piece of a tensor, by whose number its team goes.</summary>
readonly struct LarsPiece
{
    const int Columns = 3;

    public int Start { get; }
    public int End { get; }
    public int Tensor { get; }

    public LarsPiece(Ints pieces, int piece)
    {
        Start = pieces[Columns * piece];
        End = Start + pieces[Columns * piece + 1];
        Tensor = pieces[Columns * piece + 2];
    }
}

/// <summary>A team to each piece of a tensor, for the two norms.</summary>
static class LarsNormKernels<T> where T : struct, ITeam
{
    public static void Pieces(Floats values, Floats gradients, Floats sums, Ints pieces, LarsScalars scalars, Floats factor)
    {
        float ofValues = 0f, ofDirection = 0f;
        LarsPiece piece = new(pieces, Grid.IdxX);
        for (int i = piece.Start + Group.IdxX; i < piece.End; i += Group.DimX)
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

/// <summary>One thread to each tensor turns norms into its rate; then a team to each piece moves it.</summary>
static class LarsKernels
{
    public static void OwnRates(Floats sums, Floats rates, Ints rows, LarsScalars scalars, Floats rate, int tensors)
    {
        int tensor = (int)Grid.GlobalLinearIndex;
        if (tensor >= tensors) return;
        float ofValues = 0f, ofDirection = 0f;
        int first = rows[3 * tensor], end = first + rows[3 * tensor + 1];
        for (int piece = first; piece < end; piece++)
        {
            ofValues += sums[2 * piece];
            ofDirection += sums[2 * piece + 1];
        }
        bool adapts = rows[3 * tensor + 2] != 0 && ofValues > 0f && ofDirection > 0f;
        rates[tensor] = adapts ? rate[0] * scalars.Trust * MathF.Sqrt(ofValues / ofDirection) : rate[0];
    }

    public static void Update(Floats values, Floats gradients, Floats velocities, Floats rates, Ints pieces, LarsScalars scalars, Floats factor)
    {
        if (factor[0] == 0f) return;
        LarsPiece piece = new(pieces, Grid.IdxX);
        Scalar rate = new(rates[piece.Tensor]);
        for (int i = piece.Start + Group.IdxX; i < piece.End; i += Group.DimX)
        {
            Scalar velocity = new(velocities[i]), value = new(values[i]);
            LarsFormula.Update(new Scalar(gradients[i] * factor[0]), ref velocity, ref value, rate, scalars);
            velocities[i] = velocity.Value;
            values[i] = value.Value;
        }
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Lars(Tensor values, Tensor gradients, Tensor velocities, LarsTensors tensors, LarsScalars scalars, Tensor rate, Tensor? factor = null)
    {
        int pieces = tensors.Pieces.Shape[0], count = tensors.Tensors.Count;
        Tensor sums = Tensor.Empty(this, [pieces, 2]), rates = Tensor.Empty(this, [count]);
        Work teams = Teams(pieces, Math.Min(values.Shape.Count, MemoryPieces.Most));
        Launch(_hasWarps ? LarsNormKernels<WarpTeam>.Pieces : LarsNormKernels<SharedTeam>.Pieces, teams,
            View(values), View(gradients), View(sums), View(tensors.Pieces), scalars, FactorOf(factor));
        Launch(LarsKernels.OwnRates, count, View(sums), View(rates), View(tensors.Rows), scalars, View(rate), count);
        Launch(LarsKernels.Update, teams, View(values), View(gradients), View(velocities), View(rates), View(tensors.Pieces), scalars, FactorOf(factor));
    }
}
