namespace NativeSsl;

/// <summary>How much room a matrix of embeddings takes up.</summary>
/// <param name="Name">For example <c>projections</c>.</param>
/// <param name="Width">d, the features of a row.</param>
/// <param name="Spread">About 1 if rows of length one fill the sphere, 0 if all are equal; see <see cref="NativeSsl.Spread"/>.</param>
/// <param name="Rank">From 1 to <paramref name="MostRank"/>: how many directions the rows take up; see <see cref="RankMe"/>.</param>
/// <param name="MostRank">What it could be.</param>
public sealed record EmbeddingHealth(string Name, int Width, double Spread, double Rank, int MostRank)
{
    // Singular values of 128 rows take a few milliseconds; more rows would say little more about a collapse.
    const int MostRows = 128;

    /// <summary>Examines embeddings by the first of their rows, at most half of them: where two views of each sample stand one after
    /// the other, those are different samples. A step that has diverged has no health.</summary>
    internal static EmbeddingHealth Of(string name, Tensor embeddings)
    {
        int rows = (int)Math.Min(MostRows, embeddings.Shape.Rows / 2), width = embeddings.Shape[-1];
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor some = embeddings.Reshape([(int)embeddings.Shape.Rows, width]).Slice(0, 0, rows);
        bool isFinite = double.IsFinite(some.Backend.SquaredNorm(some));
        double spread = isFinite ? NativeSsl.Spread.Of(some) : double.NaN, rank = isFinite ? RankMe.Of(some) : double.NaN;
        return new EmbeddingHealth(name, width, spread, rank, Math.Min(rows, width));
    }
}
