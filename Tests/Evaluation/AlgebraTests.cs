using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class AlgebraTests
{
    static double[] Symmetric(int n, ulong seed)
    {
        var random = new RandomSource(seed, 0);
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = random.NextNormal();
        return a;
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(7), InlineData(8), InlineData(33), InlineData(67)]
    public void Eigenvectors_put_the_matrix_together_again(int n)
    {
        double[] a = Symmetric(n, (ulong)n);
        SymmetricEigen eigen = SymmetricEigen.Of([.. a], n);
        Assert.Equal(eigen.Values.OrderDescending(), eigen.Values);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                Assert.Equal(i == j ? 1 : 0, Enumerable.Range(0, n).Sum(k => eigen.Vectors[i][k] * eigen.Vectors[j][k]), 1e-12);
                Assert.Equal(a[i * n + j], Enumerable.Range(0, n).Sum(k => eigen.Values[k] * eigen.Vectors[k][i] * eigen.Vectors[k][j]),
                    1e-11);
            }
        Assert.Equal(eigen.Values, SymmetricEigen.Of([.. a], n, vectors: false).Values);
    }

    [Fact]
    public void Eigenvalues_by_hand()
    {
        Assert.Equal([3.0, 1.0], SymmetricEigen.Of([2, 1, 1, 2], 2).Values.Select(v => Math.Round(v, 12)));
        // The path of n springs: 2 − 2 cos(kπ / (n + 1)).
        double[] springs = new double[25];
        for (int i = 0; i < 5; i++)
        {
            springs[6 * i] = 2;
            if (i < 4) springs[6 * i + 1] = springs[6 * i + 5] = -1;
        }
        double[] values = SymmetricEigen.Of(springs, 5).Values;
        for (int k = 1; k <= 5; k++) Assert.Equal(2 - 2 * Math.Cos((6 - k) * Math.PI / 6), values[k - 1], 1e-12);
    }

    [Fact]
    public void Matrices_with_nothing_to_do_are_done()
    {
        Assert.Equal([0.0, 0.0, 0.0], SymmetricEigen.Of(new double[9], 3).Values);
        Assert.Equal([9.0, 4.0, 1.0], SymmetricEigen.Of([4, 0, 0, 0, 9, 0, 0, 0, 1], 3).Values);
        Assert.Equal([3.0, 0.0, 0.0], SymmetricEigen.Of([1, 1, 1, 1, 1, 1, 1, 1, 1], 3).Values.Select(v => Math.Round(v, 12) + 0.0));
        Assert.Empty(SymmetricEigen.Of([], 0).Values);
        Assert.Throws<NativeSslException>(() => SymmetricEigen.Of([1, double.NaN, double.NaN, 1], 2));
    }

    [Theory]
    [InlineData(40, 7), InlineData(7, 40), InlineData(13, 13)]
    public void Singular_values_have_the_tables_norm_and_those_of_its_transpose(int count, int width)
    {
        Tensor x = Table.Normal(3, count, width);
        double[] values = SingularValues.Of(x);
        Assert.Equal(Math.Min(count, width), values.Length);
        Assert.Equal(Table.Rows(x).Sum(row => row.Sum(v => v * v)), values.Sum(v => v * v), 1e-8);
        double[] transposed = SingularValues.Of(x.Permute(1, 0));
        for (int i = 0; i < values.Length; i++) Assert.Equal(values[i], transposed[i], 1e-7);
    }

    [Fact]
    public void Singular_values_of_a_diagonal_are_its_sizes() =>
        Assert.Equal([5.0, 3.0], SingularValues.Of(Tensor.From(Table.Cpu, [2, 3], 0, 3, 0, -5, 0, 0)).Select(v => Math.Round(v, 10)));

    [Fact]
    public void Gram_is_the_textbooks_at_any_number_of_threads()
    {
        float[] x = Table.Normal(4, 41, 35).ToArray();
        double[] one = Gram.OfColumns(x, 35, null, new Workers(1)), five = Gram.OfColumns(x, 35, null, new Workers(5));
        Assert.Equal(one, five);
        for (int i = 0; i < 35; i++)
            for (int j = 0; j < 35; j++)
                Assert.Equal(Enumerable.Range(0, 41).Sum(k => (double)x[k * 35 + i] * x[k * 35 + j]), one[i * 35 + j], 1e-10);
    }

    [Theory]
    [InlineData(60, 9), InlineData(30, 40)]
    public void All_principal_components_put_the_rows_together_again(int count, int width)
    {
        Tensor x = Table.Normal(5, count, width).Multiply(3f).Add(2f);
        PrincipalComponents fit = PrincipalComponents.Fit(x, width);
        float[] before = x.ToArray(), after = fit.Reconstruct(fit.Apply(x)).ToArray();
        for (int i = 0; i < before.Length; i++) Assert.Equal(before[i], after[i], 1e-4);
    }

    [Fact]
    public void Principal_coordinates_are_uncorrelated_with_the_variances_said()
    {
        Tensor x = Table.Normal(6, 200, 6).MatMul(Table.Normal(7, 6, 6));
        PrincipalComponents fit = PrincipalComponents.Fit(x, 4);
        double[][] y = Table.Rows(fit.Apply(x)), white = Table.Rows(fit.Apply(x, whiten: true));
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++)
            {
                Assert.Equal(i == j ? fit.Variances[i] : 0, y.Average(row => row[i] * row[j]), 1e-4);
                Assert.Equal(i == j ? 1 : 0, white.Average(row => row[i] * row[j]), 1e-4);
            }
        Assert.Equal(fit.Variances.OrderDescending(), fit.Variances);
    }

    [Fact]
    public void Iteration_finds_what_decomposition_finds()
    {
        // Variances fall by half from each direction to the next.
        float[] scales = [.. Enumerable.Range(0, 30).Select(i => MathF.Pow(0.7f, i))];
        Tensor x = Table.Normal(8, 300, 30) * Tensor.From(Table.Cpu, [30], scales);
        PrincipalComponents exact = PrincipalComponents.Fit(x, 5);
        (double[] variances, double[][] directions) = SubspaceIteration.Of(x - exact.Mean, 5);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(exact.Variances[i], variances[i], 1e-4 * exact.Variances[i]);
            Assert.Equal(1, Math.Abs(Table.Rows(exact.Directions)[i].Zip(directions[i], (a, b) => a * b).Sum()), 1e-4);
        }
    }

    [Fact]
    public void Wide_tables_are_reconstructed_too()
    {
        Tensor x = Table.Normal(9, 50, 4).MatMul(Table.Normal(10, 4, 1100));
        PrincipalComponents fit = PrincipalComponents.Fit(x, 4);
        float[] before = x.ToArray(), after = fit.Reconstruct(fit.Apply(x)).ToArray();
        for (int i = 0; i < before.Length; i++) Assert.Equal(before[i], after[i], 1e-3);
    }

    [Fact]
    public void More_components_than_columns_are_an_error() =>
        Assert.Throws<ShapeException>(() => PrincipalComponents.Fit(Table.Normal(1, 5, 3), 4));

    [Fact]
    public void A_model_fitted_in_the_space_of_its_rows_is_the_same_model()
    {
        FeatureSet set = Table.Clouds(24, 60, 3, 0.3);
        RowSpace space = RowSpace.Of(set.Values);
        LogisticRegression direct = LogisticRegression.Fit(set.Values, set.Labels, 3, 0.05, tolerance: 1e-6);
        LogisticRegression within = LogisticRegression.Fit(space.Rows, set.Labels, 3, 0.05, tolerance: 1e-6);
        Assert.Equal(24, space.Rows.Shape[1]);
        float[] expected = direct.Weight.ToArray(), actual = space.Weights(within.Weight).ToArray();
        // Strongly convex: both are within ‖gradient‖ / λ of the minimum, 180 elements of 10⁻⁶.
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 2 * Math.Sqrt(180) * 1e-6 / 0.05);
    }

    // ½ xᵀ A x − bᵀ x with a condition of 10⁴ has its minimum at A⁻¹ b.
    [Property(MaxTest = 20)]
    public void The_minimizer_solves_badly_scaled_bowls(int seed)
    {
        var random = new RandomSource((ulong)seed, 0);
        double[] a = [.. Enumerable.Range(0, 12).Select(i => Math.Pow(10, -4 * i / 11.0))], x = new double[12];
        double[] b = [.. a.Select(_ => (double)random.NextNormal())];
        Minimum minimum = Minimizer.Minimize((at, gradient) =>
        {
            double value = 0;
            for (int i = 0; i < 12; i++)
            {
                gradient[i] = a[i] * at[i] - b[i];
                value += (a[i] / 2 * at[i] - b[i]) * at[i];
            }
            return value;
        }, x, 1e-8, 500);
        Assert.True(minimum.Slope <= 1e-8, $"{minimum}");
        for (int i = 0; i < 12; i++) Assert.Equal(b[i] / a[i], x[i], 1e-3);
    }
}
