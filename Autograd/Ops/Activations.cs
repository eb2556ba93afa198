namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>max(0, x), element by element; its slope at 0 is 0.</summary>
        public Tensor Relu() => x.Map<Relu>("relu");

        /// <summary>
        /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), element by element: the tanh form of Hendrycks &amp; Gimpel 2016, “Gaussian error
        /// linear units”, section 2, as in GPT-2. At −∞ it is 0, its limit.
        /// </summary>
        public Tensor Gelu() => x.Map<Gelu>("gelu");

        /// <summary>x Φ(x) with the normal distribution's Φ, element by element: Hendrycks &amp; Gimpel 2016, equation 1.
        /// At −∞ it is 0, its limit.</summary>
        public Tensor GeluErf() => x.Map<GeluErf>("geluErf");

        /// <summary>x σ(x), element by element: Elfwing, Uchibe &amp; Doya 2018, equation 1; also called swish.
        /// At −∞ it is 0, its limit.</summary>
        public Tensor Silu() => x.Map<Silu>("silu");
    }
}
